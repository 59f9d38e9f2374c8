// Fields for moments: what is understood is said while it is typed, the browser's own picker opens
// beside them, and a browser that reckons with other rules of a zone than the server says so.
import { clock, day, say, understand, wall } from "./moments.js";
import { root } from "./root.js";
import { now } from "./time.js";

const zones = new Map();

// zoneOf asks the server once for the offsets of a zone.
function zoneOf(name) {
  if (!zones.has(name)) {
    zones.set(
      name,
      fetch(`${root}/time-zones?name=${encodeURIComponent(name)}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : null))
        .catch(() => (zones.delete(name), null)),
    );
  }
  return zones.get(name);
}

// browserOffset is how far the clocks of a zone are ahead by the browser's rules, in seconds.
function browserOffset(name, at) {
  try {
    const format = new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "longOffset" });
    const text = format.formatToParts(at).find(({ type }) => type === "timeZoneName").value;
    const [, sign, h, m, s] = text.match(/^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/);
    return (sign === "-" ? -1 : 1) * (3600 * (h ?? 0) + 60 * (m ?? 0) + +(s ?? 0));
  } catch {
    return null;
  }
}

// reckons says what the browser makes of what the clocks show, "" where it agrees.
function reckons(name, at, offset) {
  const theirs = browserOffset(name, at);
  if (theirs === null || theirs === offset) return "";
  const shown = new Date(+at + offset * 1e3);
  const other = new Date(+shown - theirs * 1e3);
  return `Your browser uses other time zone rules: for it ${clock(shown)} there is ${clock(other)} UTC${day(other) === day(new Date(at)) ? "" : ` on ${day(other)}`}.`;
}

const fieldOf = (input) => input.closest(".field");
const nameOf = (input) => input.form.elements.namedItem(input.dataset.zoneField || "")?.value.trim() || input.dataset.zone;

async function echo(input) {
  const field = fieldOf(input);
  const text = input.value;
  const zone = await zoneOf(nameOf(input));
  if (!zone || text !== input.value) return;
  const moment = understand(text, now(), zone);
  const known = moment && moment.at >= Date.parse(zone.offsets[0].from) && moment.at < Date.parse(zone.until);
  const said = field.querySelector("[data-echo]");
  if (text.trim() === "") said.textContent = "";
  else if (!moment) said.textContent = "Not a time: write 18:00, 2026-12-01 18:00, tomorrow 18:00 or in 3 h.";
  else said.textContent = known ? [say(moment.at, zone), moment.note].filter(Boolean).join(". ") : "";
  input.dataset.shows = known ? wall(moment.at, zone).toISOString().slice(0, 19).replace("T", " ") : "";
  input.dataset.sends = known ? new Date(moment.at).toISOString().replace(".000Z", "Z") : "";
  if (input.name === "at") begin(input);
  field.querySelector("[data-note]")?.remove();
  const notice = field.querySelector("[data-reckons]");
  if (!notice) return;
  const offset = known ? Math.round((wall(moment.at, zone) - moment.at) / 1e3) : 0;
  notice.textContent = known ? reckons(zone.name, new Date(moment.at), offset) : "";
  notice.hidden = notice.textContent === "";
}

// begin has what lasts for a time do so from the moment of a field.
function begin({ form, dataset }) {
  for (const length of form.querySelectorAll("[data-from-now]")) {
    length.dataset.fromNow = dataset.sends;
    if (length.value) length.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

// read says what is understood; then the field has what clocks show in its data-shows.
function read(input) {
  input.dataset.shows = "";
  input.understood = echo(input);
}

const moments = (root) => root.querySelectorAll("input[data-moment]");

document.addEventListener("input", ({ target }) => "moment" in target.dataset && read(target));

// Nobody is asked about half a name of a zone.
document.addEventListener("change", ({ target }) => {
  if (target.name !== "time_zone" || !target.form) return;
  for (const input of moments(target.form)) if (input.dataset.zoneField === target.name) read(input);
});

function pickerIn(box) {
  const picker = Object.assign(document.createElement("input"), { type: "datetime-local", tabIndex: -1, ariaHidden: "true" });
  picker.dataset.picker = "";
  box.append(picker);
  return picker;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-pick]");
  if (!button) return;
  const box = button.closest(".moment");
  const picker = box.querySelector("[data-picker]") ?? pickerIn(box);
  const input = box.querySelector("[data-moment]");
  const zone = zones.has(nameOf(input)) ? await zoneOf(nameOf(input)) : null;
  const moment = zone && understand(input.value, now(), zone);
  if (moment) picker.value = wall(moment.at, zone).toISOString().slice(0, 16);
  picker.showPicker();
});

document.addEventListener("change", ({ target }) => {
  if (!("picker" in target.dataset) || !target.value) return;
  const input = target.closest(".moment").querySelector("[data-moment]");
  input.value = target.value.replace("T", " ");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

function prepare(root) {
  for (const input of moments(root)) if (input.value) read(input);
  for (const element of root.querySelectorAll("[data-offset]")) {
    const { zone, at, offset } = element.dataset;
    element.textContent = reckons(zone, new Date(at), +offset);
    element.hidden = element.textContent === "";
  }
}

prepare(document);
document.addEventListener("htmx:after:swap", () => prepare(document));
