// Panels that are swapped in: what a link has loaded into the dialog, and the content of
// a section of the configuration, which is as good as a page of its own.
import { mayLeave } from "./typed.js";

const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const target = detail.ctx.target;
  if (!target?.isConnected || !target.matches?.("#config, .asks, #main")) return;
  if (target.id === "main" && detail.ctx.request?.method !== "POST") return; // restored, or read anew
  if (dialog?.contains(target) && !dialog.open) dialog.showModal();
  const heading = target.querySelector("h1, h2");
  if (target.id === "config" && heading) {
    document.title = `${heading.textContent} · ${document.title.split(" · ").at(-1)}`;
  }
  focus(wrong(target) ?? target.querySelector("[autofocus], .asks #reason") ?? heading);
});

const wrong = (root) => root.querySelector('[aria-invalid="true"]') ?? root.querySelector("[role=alert][autofocus]");

// What is morphed is what somebody reads already: it takes the focus from nobody.
document.addEventListener("htmx:before:settle", ({ detail }) => {
  if (!detail.task.swapSpec.style.endsWith("Morph")) return;
  for (const part of detail.newContent) part.querySelectorAll?.("[autofocus]").forEach((e) => e.removeAttribute("autofocus"));
});

// A page begins where something is wrong with it; and with its content, where a form or the palette led to that.
const main = document.querySelector("main");
const content = location.hash === "#main" && (main.querySelector("[role=status][tabindex]") ?? main.querySelector("h1"));
const begins = wrong(main) ?? content;
if (begins && document.activeElement.matches("body, main, main [autofocus]")) focus(begins);
// Browsers may go to the address's part after that.
if (content) main.addEventListener("focus", () => focus(begins), { once: true });

// focus puts the focus where the answer is; a heading is only read out.
function focus(element) {
  if (!element) return;
  if (/^H\d$/.test(element.tagName)) element.tabIndex = -1;
  element.focus();
}

// Escape and the cross ask as well before what is typed in the dialog goes.
for (const way of ["cancel", "submit"]) {
  dialog?.addEventListener(way, (event) => {
    const closes = way === "cancel" || event.target.method === "dialog";
    if (closes && !mayLeave(dialog)) event.preventDefault();
  });
}
dialog?.addEventListener("close", () => body.replaceChildren());

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-close]");
  if (event.target !== dialog && !(link && dialog?.contains(link))) return;
  event.preventDefault();
  if (mayLeave(dialog)) dialog.close();
});
