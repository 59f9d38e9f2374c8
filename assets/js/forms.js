// Forms: what is out of bounds is said while it is typed, a form without a difference
// cannot be sent, snippets follow what is typed, and lists are searched in place.

import { newKey } from "./answers.js";
import { contractDuration } from "./durations.js";
import { follow } from "./follow.js";
import { differs } from "./typed.js";

// fewLeft is when it is said how many characters are left.
const fewLeft = 100;

function message(field) {
  const { min, max } = field.dataset;
  const text = field.value.trim();
  if (max === undefined || max === "0") return "";
  if (!/^-?\d+$/.test(text)) return "Must be a whole number.";
  if (+text < +min || +text > +max) return `Must be between ${min} and ${max}.`;
  return "";
}

function check(field) {
  const error = field.closest(".field")?.querySelector("[data-error]");
  if (!error || !("max" in field.dataset)) return;
  const text = message(field);
  error.hidden = text === "";
  error.querySelector("span").textContent = text;
  field.setAttribute("aria-invalid", text !== "");
  const help = `${field.id}-help`;
  field.setAttribute("aria-describedby", text ? `${help} ${error.id}` : help);
}

const anyDiffers = (form) => [...form.querySelectorAll("[data-original]")].some(differs);

function update(form) {
  const button = form.querySelector("[data-needs-difference]");
  const fields = [...form.querySelectorAll("[data-original]")];
  if (button && fields.length > 0) {
    const note = form.querySelector("[data-no-difference]");
    const { shut } = form.dataset;
    if (!shut && fields.every((field) => field.disabled)) return;
    button.disabled = !!shut || !anyDiffers(form);
    if (shut) note.textContent = shut;
    else note.textContent = button.disabled ? "Nothing differs from the current values." : note.dataset.text;
  }
  for (const part of form.querySelectorAll("[data-field]")) {
    const field = form.elements.namedItem(part.dataset.field);
    if (!field) continue;
    const text = literal(part.dataset.kind, field.dataset.sends || field.value, part.closest("[data-language]").dataset.language);
    if (!("optional" in part.dataset)) part.textContent = text;
    else part.textContent = field.value.trim() && (field.type === "hidden" || field.checkVisibility()) ? `, "${part.dataset.field}": ${text}` : "";
  }
  for (const field of form.querySelectorAll("[data-count]")) {
    const left = field.maxLength - field.value.length;
    document.getElementById(field.dataset.count).textContent = left < fewLeft ? `${left} characters left.` : "";
  }
}

// literal is what was typed as JSON, which is also Python but for booleans; between the
// quotes of a shell an apostrophe has to be written apart. As components.Literal does.
function literal(kind, typed, language) {
  const text = typed.trim();
  if (kind === "bool") return language === "curl" ? String(text === "true") : text === "true" ? "True" : "False";
  if (kind === "int" && /^-?\d+$/.test(text)) return text;
  const quoted = JSON.stringify(kind === "duration" ? contractDuration(text) : text);
  return language === "curl" ? quoted.replaceAll("'", "'\\''") : quoted;
}

function prepare() {
  for (const form of document.querySelectorAll("[data-form]")) {
    follow(form);
    update(form);
  }
}

document.addEventListener("input", ({ target }) => {
  if (target.dataset.find) return find(target);
  const form = target.closest("[data-form], form");
  if (!form) return;
  check(target);
  update(form);
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const pre = button.closest("[data-language]").querySelector("pre");
  for (const part of pre.querySelectorAll("[data-once]")) part.textContent = part.dataset.once.replace("%", newKey());
  await navigator.clipboard.writeText(pre.textContent.trim());
  const label = button.querySelector("span");
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = "Copy"), 2000);
});

function find(input) {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const element of document.querySelectorAll(input.dataset.find)) {
    const text = element.textContent.toLowerCase();
    element.hidden = !words.every((word) => text.includes(word));
    if (!element.hidden) found++;
  }
  const count = document.querySelector("[data-found]");
  if (count) count.textContent = found.toLocaleString("en");
}

document.addEventListener("htmx:after:swap", () => {
  prepare();
  const search = document.querySelector("[data-find]");
  if (search?.value) find(search);
});
prepare();
