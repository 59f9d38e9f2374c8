// Theme and zone without loading the page anew.
import { keep } from "./cookies.js";

const root = document.documentElement;

document.querySelector("[data-theme-menu]")?.addEventListener("submit", (event) => {
  const { name, value } = event.submitter;
  event.preventDefault();
  root.dataset.theme = value;
  keep(name, value);
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
