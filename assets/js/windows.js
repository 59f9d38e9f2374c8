// The form of a maintenance window: an end that is still to be chosen follows the start.

// Both show the clocks of the same zone, so that their distance is that of two times in UTC.
const read = (text) => (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : NaN);
const write = (field, at) => {
  field.value = new Date(at).toISOString().slice(0, 16).replace("T", " ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
const hour = 3600e3;

const began = new WeakMap();

document.addEventListener("change", ({ target: starts }) => {
  const ends = starts.form?.elements.namedItem("ends_at");
  const at = read(starts.value);
  if (starts.name !== "starts_at" || !ends || Number.isNaN(at)) return;
  const before = began.get(starts) ?? read(starts.defaultValue);
  const end = read(ends.value);
  const length = Number.isNaN(end) || Number.isNaN(before) ? hour : end - before;
  if (length > 0) write(ends, at + length);
  began.set(starts, at);
});
