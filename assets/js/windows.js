// The form of a maintenance window: the zones that the browser knows are offered, and
// an end that is still to be chosen follows the start.
const zone = document.getElementById("time_zone");
const starts = document.getElementById("starts_at");
const ends = document.getElementById("ends_at");

zone?.addEventListener(
  "focus",
  () => {
    const options = Intl.supportedValuesOf("timeZone").map((name) => new Option(name, name));
    document.getElementById("time-zones").append(...options);
  },
  { once: true },
);

// Both show the clocks of the same zone, so that their distance is that of two times in UTC.
const read = (field) => Date.parse(`${field.value}Z`);
const write = (field, at) => (field.value = new Date(at).toISOString().slice(0, 16));
const hour = 3600e3;

let began = starts && read(starts);

starts?.addEventListener("change", () => {
  const at = read(starts);
  if (!ends || Number.isNaN(at)) return;
  const length = Number.isNaN(read(ends)) || Number.isNaN(began) ? hour : read(ends) - began;
  if (length > 0) write(ends, at + length);
  began = at;
});
