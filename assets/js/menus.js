// Theme and zone without loading the page anew.
const root = document.documentElement;
const year = 365 * 24 * 3600;

document.querySelector("[data-theme-menu]")?.addEventListener("submit", (event) => {
  const { name, value } = event.submitter;
  event.preventDefault();
  root.dataset.theme = value;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${year}; SameSite=Lax${secure}`;
  for (const button of event.target.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", button === event.submitter);
  }
  event.target.hidePopover();
});

// The names of all zones are many, and the browser knows them.
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches("#zone, #time_zone") || "filled" in target.list.dataset) return;
  target.list.dataset.filled = "";
  target.list.append(...Intl.supportedValuesOf("timeZone").map((name) => new Option(name, name)));
});
