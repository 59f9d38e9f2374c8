// What was typed outlives Back and Forward between the pages that htmx has put into one
// document. It is kept in that document's memory alone: nobody finds it after it, and there is
// nothing to clear when somebody signs out.
import { dirtyForms } from "./typed.js";

const drafts = new Map();

// entry names the entry of the tab's history that is shown.
let entry = mark();

function mark() {
  const id = history.state?.entry ?? performance.timeOrigin + performance.now();
  // htmx restores the entries that bear its mark, and would write over this one's.
  history.replaceState({ ...history.state, htmx: true, entry: id }, "");
  return id;
}

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "submit");
const isBox = (field) => field.type === "checkbox" || field.type === "radio";

function keep(saved) {
  const forms = dirtyForms(document.getElementById("main")).filter((form) => form !== saved);
  drafts.set(
    entry,
    forms.map((form) => ({
      // A review that is come back to is its form again.
      action: form.dataset.filledAt ?? form.getAttribute("action"),
      values: fieldsOf(form).map((field) => [field.name, isBox(field) ? field.checked : field.value]),
    })),
  );
}

// fill gives a form that was drawn anew all that it held, also the revision it was filled from.
function fill({ action, values }) {
  const form = document.querySelector(`#main form[data-form][action="${CSS.escape(action)}"]`);
  if (!form) return;
  const rest = [...values];
  for (const field of fieldsOf(form)) {
    const at = rest.findIndex(([name]) => name === field.name);
    if (at < 0) continue;
    const [[, value]] = rest.splice(at, 1);
    field[isBox(field) ? "checked" : "value"] = value;
    if (value) field.closest("details")?.setAttribute("open", "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// What takes the place of an entry has saved what was sent; what comes after it has only looked.
document.addEventListener("htmx:before:history:update", ({ detail }) => keep(detail.history.type === "replace" && detail.sourceElement));
document.addEventListener("htmx:after:history:update", () => (entry = mark()));
document.addEventListener("htmx:before:history:restore", () => {
  keep();
  entry = mark();
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if ("HX-History-Restore-Request" in (detail.ctx.request?.headers ?? {})) drafts.get(entry)?.forEach(fill);
});
addEventListener("hashchange", () => (entry = mark()));
