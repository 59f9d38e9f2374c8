// The form of a maintenance window: an end that is still to be chosen follows the start.

// Both show the clocks of the same zone, so that their distance is that of two times in UTC. Of what
// is typed in words that is known once it is understood (momentfields.js).
const read = (text = "") => (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : NaN);
const shown = ({ value, dataset }) => read(dataset.shows || value);
const write = (field, at) => {
  field.value = new Date(at).toISOString().slice(0, 19).replace("T", " ").replace(/:00$/, "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const hour = 3600e3;

const began = new WeakMap();

document.addEventListener("focusin", ({ target }) => {
  if (target.name === "starts_at" && !began.has(target)) began.set(target, shown(target));
});

function follow(starts, ends) {
  const [at, end] = [shown(starts), shown(ends)];
  if (Number.isNaN(at)) return;
  const before = began.get(starts) ?? read(starts.defaultValue);
  const length = Number.isNaN(end) || Number.isNaN(before) ? hour : end - before;
  if (length > 0) write(ends, at + length);
  began.set(starts, at);
}

document.addEventListener("change", ({ target: starts }) => {
  const ends = starts.form?.elements.namedItem("ends_at");
  if (starts.name !== "starts_at" || !ends) return;
  if (!Number.isNaN(shown(starts))) follow(starts, ends);
  // Where somebody types an end by then, that is meant.
  else starts.understood?.then(() => document.activeElement !== ends && follow(starts, ends));
});
