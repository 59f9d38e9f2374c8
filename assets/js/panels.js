// Panels that are swapped in: what a link has loaded into the dialog, and the content of
// a section of the configuration, which is as good as a page of its own.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const target = detail.ctx.target;
  if (!target?.isConnected || !target.matches?.("#config, .asks")) return;
  if (dialog?.contains(target) && !dialog.open) dialog.showModal();
  const heading = target.querySelector("h1, h2");
  if (target.id === "config" && heading) {
    document.title = `${heading.textContent} · ${document.title.split(" · ").at(-1)}`;
  }
  focus(target.querySelector('[aria-invalid="true"], [autofocus], .asks #reason') ?? heading);
});

// focus puts the focus where the answer is; a heading is only read out.
function focus(element) {
  if (!element) return;
  if (/^H\d$/.test(element.tagName)) element.tabIndex = -1;
  element.focus();
}

dialog?.addEventListener("close", () => body.replaceChildren());

document.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  const link = event.target.closest("[data-close]");
  if (!link || !dialog?.contains(link)) return;
  event.preventDefault();
  dialog.close();
});
