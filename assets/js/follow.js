// A form follows what it was filled from while nothing is typed in it. Once something is, it keeps
// it, with the revision it was filled from, so that saving it is a conflict; but what it says is
// set now, and what it compares with, is so.
import { isDirty, isLeaving } from "./typed.js";

export function follow(form) {
  const region = document.querySelector("[data-set-now]");
  if (!region || !form.matches("[data-follows]") || isLeaving(form)) return;
  const { revision } = form.elements;
  // A region may be older than the page: it is drawn once for all.
  const older = () => +revision.value < +region.dataset.setNow;
  const clean = !isDirty(form);
  if (older()) {
    const values = region.querySelectorAll("data[data-of]");
    if (clean && values.length === 0) return location.reload();
    setNow(form, values, clean);
    if (clean || !isDirty(form)) revision.value = region.dataset.setNow;
  }
  shut(form, region.dataset.shut, clean);
  const note = form.querySelector("[data-changed-meanwhile]");
  note.hidden = !older();
  for (const stands of note.querySelectorAll("[data-stands]")) stands.textContent = region.textContent;
}

function setNow(form, values, clean) {
  for (const now of values) {
    const field = form.elements.namedItem(now.dataset.of);
    document.getElementById(`${field.id}-now`).textContent = now.textContent;
    field.dataset.original = now.value;
    if (clean && field.value !== now.value) field.value = now.value;
  }
}

// shut closes the form while nothing can be changed, says why, and opens it again; what is typed
// stays to be read and copied.
function shut(form, why, clean) {
  if (why === form.dataset.shut) return;
  form.dataset.shut = why;
  for (const field of form.querySelectorAll("[data-original]")) field.disabled = why !== "" && clean;
}
