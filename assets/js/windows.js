// The form of a maintenance window: an end that is still to be chosen follows the start.

// Both show the clocks of the same zone, so that their distance is that of two times in UTC.
const read = (text) => Date.parse(`${text}Z`);
const write = (field, at) => (field.value = new Date(at).toISOString().slice(0, 16));
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
