// Puts a recurrence rule together, and shows one that was typed. The text field is what is
// sent, and the server has the last word; it also says which dates a rule has.

import { root } from "./root.js";

const days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const workdays = "MO,TU,WE,TH,FR";
const units = { DAILY: ["day", "days"], WEEKLY: ["week", "weeks"], MONTHLY: ["month", "months"] };

const field = (picker, name) => picker.querySelector(`#recurs-${name}`);
const textOf = (picker) => picker.closest(".field").querySelector("#recurrence");
const boxes = (picker) => [...picker.querySelectorAll("[data-weekday]")];

// parse takes a rule apart, null where the picker has no place for a part of it.
function parse(text) {
  const parts = Object.fromEntries(text.trim().toUpperCase().replace(/^RRULE:/, "").split(";").map((part) => part.split("=")));
  const { FREQ, INTERVAL = "1", COUNT, UNTIL, BYDAY = "", BYMONTHDAY, BYSETPOS, ...rest } = parts;
  const rule = { freq: FREQ, interval: INTERVAL, ends: COUNT ? "COUNT" : UNTIL ? "UNTIL" : "", count: COUNT, until: UNTIL, days: [] };
  const known = Object.keys(rest).length === 0 && FREQ in units && /^\d+$/.test(INTERVAL) && !(COUNT && UNTIL);
  if (!known || (COUNT && !/^\d+$/.test(COUNT)) || (UNTIL && !/^\d{8}$/.test(UNTIL))) return null;
  const nth = BYDAY.match(/^([1-5]|-1)([A-Z]{2})$/);
  if (FREQ === "MONTHLY" && nth && !BYMONTHDAY && !BYSETPOS) return { ...rule, place: nth[1], weekday: nth[2] };
  if (FREQ === "MONTHLY" && BYDAY === workdays && /^([1-5]|-1)$/.test(BYSETPOS) && !BYMONTHDAY) return { ...rule, place: BYSETPOS, weekday: workdays };
  if (FREQ === "MONTHLY" && BYMONTHDAY === "-1" && !BYDAY && !BYSETPOS) return { ...rule, place: "-1", weekday: "day" };
  if (FREQ === "MONTHLY" && /^\d+$/.test(BYMONTHDAY) && !BYDAY && !BYSETPOS) return { ...rule, place: "day", day: BYMONTHDAY };
  if (BYMONTHDAY || BYSETPOS || FREQ === "MONTHLY") return null;
  rule.days = BYDAY ? BYDAY.split(",") : [];
  return rule.days.every((day) => days.includes(day)) && (FREQ === "WEEKLY") === rule.days.length > 0 ? rule : null;
}

// show sets the picker to the rule that was typed.
function show(picker) {
  const text = textOf(picker).value.trim();
  const rule = text === "" ? { freq: "" } : parse(text);
  field(picker, "freq").value = rule ? rule.freq : "custom";
  if (rule?.freq) {
    field(picker, "interval").value = rule.interval;
    field(picker, "ends").value = rule.ends;
    if (rule.count) field(picker, "count").value = rule.count;
    if (rule.until) field(picker, "until").value = rule.until.replace(/(....)(..)(..)/, "$1-$2-$3");
    if (rule.place) field(picker, "place").value = rule.place;
    if (rule.weekday) field(picker, "weekday").value = rule.weekday;
    if (rule.day) field(picker, "day").value = rule.day;
    for (const box of boxes(picker)) box.checked = rule.days.includes(box.dataset.weekday);
  }
  arrange(picker);
}

// arrange shows what belongs to what is chosen.
function arrange(picker) {
  const freq = field(picker, "freq").value;
  for (const part of picker.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(freq);
  for (const part of picker.querySelectorAll("[data-ends]")) part.hidden = part.dataset.ends !== field(picker, "ends").value;
  field(picker, "day").hidden = field(picker, "place").value !== "day";
  field(picker, "weekday").hidden = field(picker, "place").value === "day";
  const [one, many] = units[freq] ?? ["", ""];
  picker.querySelector("[data-unit]").textContent = field(picker, "interval").value === "1" ? one : many;
}

// monthly names the day of a month.
function monthly(picker) {
  const [place, weekday] = ["place", "weekday"].map((name) => field(picker, name).value);
  if (place === "day") return `BYMONTHDAY=${field(picker, "day").value}`;
  if (weekday === "day") return `BYMONTHDAY=${place}`;
  return weekday === workdays ? `BYDAY=${workdays};BYSETPOS=${place}` : `BYDAY=${place}${weekday}`;
}

function write(picker) {
  const [freq, interval, ends] = ["freq", "interval", "ends"].map((name) => field(picker, name).value);
  const parts = [`FREQ=${freq}`];
  if (interval !== "1") parts.push(`INTERVAL=${interval}`);
  if (freq === "WEEKLY") parts.push(`BYDAY=${boxes(picker).filter((box) => box.checked).map((box) => box.dataset.weekday)}`);
  if (freq === "MONTHLY") parts.push(monthly(picker));
  if (ends) parts.push(`${ends}=${field(picker, ends.toLowerCase()).value.replaceAll("-", "")}`);
  return freq ? parts.join(";") : "";
}

// start is the day that the window begins on, where one was chosen, as rules name it.
function start(picker) {
  const starts = textOf(picker).form.elements.namedItem("starts_at");
  const at = new Date(`${(starts?.dataset.shows || starts?.value)?.slice(0, 10)}T00:00Z`);
  return Number.isNaN(at.getTime()) ? null : { weekday: days[(at.getUTCDay() + 6) % 7], day: at.getUTCDate() };
}

// begin fills in what the start suggests, where nothing is chosen yet.
function begin(picker) {
  const at = start(picker) ?? { weekday: "MO", day: 1 };
  if (!boxes(picker).some((box) => box.checked)) boxes(picker).find((box) => box.dataset.weekday === at.weekday).checked = true;
  if (textOf(picker).value !== "") return;
  field(picker, "day").value = at.day;
  field(picker, "weekday").value = at.weekday;
}

let asked = 0;

// preview asks the server which dates the rule has; what else is missing of the form it need not know.
async function preview(picker) {
  const mine = ++asked;
  const form = textOf(picker).form;
  const out = picker.querySelector("[data-dates]");
  const [rule, starts, ends] = ["recurrence", "starts_at", "ends_at"].map((name) => form.elements.namedItem(name)?.value);
  if (!rule || !starts || !ends) return out.replaceChildren();
  const body = new URLSearchParams({ title: "-", message: "-", recurrence: rule, starts_at: starts, ends_at: ends, time_zone: form.elements.namedItem("time_zone").value });
  await new Promise((done) => setTimeout(done, 400));
  if (mine !== asked) return;
  const answer = await fetch(`${root}/maintenance/windows?preview=1`, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const data = await answer?.json().catch(() => null);
  if (mine !== asked || !out.isConnected) return;
  out.replaceChildren(...said(answer?.ok ? data : null, data?.error?.details?.errors ?? []));
}

function line(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

// said are the lines that tell of the dates, or of what is wrong with the rule.
function said(found, errors) {
  if (!found) {
    return errors.filter(({ field: name }) => /recurrence|starts_at/.test(name ?? "")).map((error) => {
      const text = line("p", `${error.field.endsWith("starts_at") ? "The start" : "The rule"} ${error.message}`);
      text.className = "help";
      return text;
    });
  }
  const list = document.createElement("ul");
  list.append(...found.dates.map((date) => line("li", `${date.wall.replace("T", " ").slice(0, 16)} ${date.note}`)));
  return [line("p", `Recurs ${found.words}. ${found.week_note} The next dates:`), list];
}

document.addEventListener("input", ({ target }) => {
  const picker = target.closest("[data-recurrence]") ?? target.form?.querySelector("[data-recurrence]");
  if (!picker) return;
  if (picker.contains(target)) {
    if (field(picker, "freq").value === "custom") return;
    begin(picker);
    arrange(picker);
    textOf(picker).value = write(picker);
  } else if (target.name === "recurrence") show(picker);
  else if (!["starts_at", "ends_at", "time_zone"].includes(target.name)) return;
  preview(picker);
});

function ready(root) {
  for (const picker of root.querySelectorAll("[data-recurrence]")) {
    show(picker);
    preview(picker);
  }
}

ready(document);
document.addEventListener("htmx:after:swap", () => ready(document));
