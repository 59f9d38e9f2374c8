// What somebody has typed and not saved: leaving it asks, whichever way it would be lost.

const typable = (field) => field.name && !field.disabled && !["hidden", "submit", "button"].includes(field.type);

// differs says whether a field is another than what is set; white space around it is none of either's.
export const differs = (field) => field.value.trim() !== field.dataset.original.trim();

// changed says whether a field differs from what is set, or from what the page came with.
function changed(field) {
  if (field.dataset.original !== undefined) return differs(field);
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return field.selectedIndex !== Math.max([...field.options].findIndex((o) => o.defaultSelected), 0);
  return field.value !== field.defaultValue;
}

// discarded says that somebody has chosen to let go what is typed.
let discarded = false;

export function discard() {
  discarded = true;
  location.reload();
}

// isDirty says whether a form holds what would be lost. What a review asks about was typed on the
// page before, and what comes back to a form that was sent was typed before that.
export function isDirty(form) {
  if (discarded || form === sent) return false;
  if (form.closest("[data-typed]")) return true;
  const fields = [...form.elements].filter(typable);
  return fields.some(changed) || (fields.length > 0 && form.querySelector('[aria-invalid="true"], [role="alert"]') !== null);
}

export const dirtyForms = (root = document) => [...root.querySelectorAll("form[data-form]")].filter(isDirty);

// mayLeave asks, if anything but what is in the form own would be lost with what is below root.
export function mayLeave(root, own) {
  return dirtyForms(root).every((form) => form === own) || confirm("Leave this page? What you typed is not saved.");
}

// sent is the form with which the page is being left.
let sent = null;

export const isLeaving = (form) => form === sent;

// leaveWith lets the form take the page away. A section's form can be filled from its page's
// address, so that Back finds what was typed.
export function leaveWith(form) {
  sent = form;
  if (form.getAttribute("action") !== `${location.pathname}/review`) return;
  history.replaceState(history.state, "", `?${new URLSearchParams(new FormData(form))}`);
}

addEventListener("input", () => (sent = null));
addEventListener("pageshow", () => (sent = null));
addEventListener("beforeunload", (event) => dirtyForms().length > 0 && event.preventDefault());

// A swap takes away what stood in its target; what a restored page takes away is kept (drafts.js).
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, target, request } = event.detail.ctx;
  if ("HX-History-Restore-Request" in request.headers || !target) return;
  if (!mayLeave(target, sourceElement.closest("form"))) event.preventDefault();
});
