// Puts times into the zone of the user, and keeps relative ones and countdowns going.
import { absolute, clock, full, minute, now, polled, relative, setServerTime, span } from "./time.js";

const texts = {
  both: (date, at) => `${relative(date, at)} · ${absolute(date, at)}`,
  past: (date, at) => (date > at ? absolute : texts.both)(date, at),
  relative,
  absolute,
  clock,
  full,
  minute,
  countdown: (date, at) => span(date - at),
};

function draw(root) {
  const at = now();
  for (const element of root.querySelectorAll("time[data-time]")) {
    const date = new Date(element.dateTime || polled);
    if (Number.isNaN(+date)) continue;
    const text = texts[element.dataset.time]?.(date, at);
    if (text && element.textContent !== text) element.textContent = text;
    if (element.title) element.title = full(date);
  }
  for (const button of root.querySelectorAll("[data-enable-at]")) {
    if (new Date(button.dataset.enableAt) > at) continue;
    button.disabled = false;
    button.removeAttribute("data-enable-at");
    const note = document.getElementById(button.getAttribute("aria-describedby"));
    if (note) note.textContent = "Can be run again.";
  }
}

setServerTime(document.documentElement.dataset.now);
draw(document);
document.addEventListener("htmx:after:swap", () => draw(document));
setInterval(() => document.hidden || draw(document), 1000);
