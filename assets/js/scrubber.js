// The scrubber of a page as it was: a moment is chosen along what happened, and said in words before it is gone to.
import { full, span } from "./time.js";

const minute = 60; // seconds
const near = 4; // pixels, within which the pointer means a mark

const scrubber = document.querySelector(".scrubber");
const input = scrubber?.querySelector("input");
const [from, until] = [+scrubber?.dataset.from, +scrubber?.dataset.until];
const marks = [...document.querySelectorAll("[data-mark]")].map((link) => ({ at: +link.dataset.mark, link }));
const shown = +(input?.getAttribute("value") ?? 0);
let [chosen, pointed] = [shown, false];

const mark = (at) => marks.findLast((m) => m.at === at);

function say() {
  const last = marks.findLast((m) => m.at <= chosen);
  const after = last ? `${span((chosen - last.at) * 1000)} after ${last.link.textContent}` : "Nothing is marked before it";
  return `${full(new Date(chosen * 1000))}. ${after}`;
}

function choose(at) {
  chosen = Math.min(Math.max(at, from), until);
  input.value = chosen;
  const said = say();
  input.setAttribute("aria-valuetext", said);
  scrubber.querySelector("[data-said]").textContent = said;
  const go = scrubber.querySelector("[data-go]");
  go.hidden = chosen === shown;
  go.href = mark(chosen)?.link.href ?? `${location.pathname}?at=${new Date(chosen * 1000).toISOString()}`;
  for (const cursor of scrubber.querySelectorAll(".cursor")) cursor.setAttribute("x", (1000 * (chosen - from)) / (until - from) - 1);
}

// snap is the mark that is meant, where there is one near.
function snap(at) {
  const width = (until - from) / input.clientWidth;
  const reach = Math.max(minute / 2, near * width);
  const [nearest] = marks.filter((m) => Math.abs(m.at - at) < reach).sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  return nearest?.at ?? Math.round(at);
}

// show leads to the page as it was then, where the keys go on.
function show() {
  if (chosen !== shown) location.assign(`${scrubber.querySelector("[data-go]").href}#moment`);
}

function key(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const to = {
    ArrowLeft: () => chosen - minute,
    ArrowDown: () => chosen - minute,
    ArrowRight: () => chosen + minute,
    ArrowUp: () => chosen + minute,
    PageUp: () => marks.find((m) => m.at > chosen)?.at ?? until,
    PageDown: () => marks.findLast((m) => m.at < chosen)?.at ?? from,
    Home: () => from,
    End: () => until,
  }[event.key];
  if (event.key === "Enter") show();
  if (!to) return;
  event.preventDefault();
  choose(to());
}

if (input) {
  for (const part of document.querySelectorAll("[data-slider]")) part.hidden = false;
  input.min = from;
  input.step = minute;
  choose(shown);
  input.addEventListener("keydown", key);
  input.addEventListener("input", () => choose(pointed ? snap(+input.value) : +input.value));
  input.addEventListener("pointerdown", () => (pointed = true));
  input.addEventListener("pointercancel", () => (pointed = false));
  input.addEventListener("change", () => pointed && ((pointed = false), show()));
  // Back comes to this page as it was left.
  addEventListener("pageshow", () => choose(shown));
  if (location.hash === "#moment") input.focus();
}
