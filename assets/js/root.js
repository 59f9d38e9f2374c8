// The path of its host below which the console is, "" at the root (internal/basepath).
export const root = new URL(document.querySelector("script[src]").src).pathname.split("/static/")[0];
