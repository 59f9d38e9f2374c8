// Says what a duration means while it is typed: 1d 12h is 1 d 12 h (P1DT12H), and ends
// Thu 02:00. The server reads the same (internal/humantime/duration.go), and has the last word.
import { absolute, now } from "./time.js";

const perDay = 86400;
const sizes = { Y: 365 * perDay, W: 7 * perDay, D: perDay, H: 3600, M: 60, S: 1 };
const contract = /^P(?:\d{1,9}D)?(?:T(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/;
// As others write it: in years of 365 days, weeks, and a fraction of the smallest unit.
const foreign = /^P(?:\d{1,9}Y)?(?:\d{1,9}W)?(?:\d{1,9}D)?(?:T(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/;
const fraction = /[.,](\d{1,9})([WDHMS])$/;
const human = /^(\d{1,9})[\t\n\f\r ]*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wk|weeks?)(?![a-z])[\t\n\f\r ,]*/i;
// What the server's clock can count, in seconds: 292 years.
const most = 9223372036;

// parse returns a duration as the contract writes it, null for what is none. What is written in
// the contract's form or in one unit keeps its units.
export function parse(text) {
  const iso = read(text.toUpperCase()) ?? parts(text);
  return iso && seconds(iso) <= most ? iso : null;
}

function read(text) {
  if (/[PT]$/.test(text)) return null;
  if (contract.test(text)) return text;
  const [tail, digits, unit] = text.match(fraction) ?? ["", "0", "S"];
  const whole = tail ? text.slice(0, -tail.length) + unit : text;
  const rest = Math.round(`0.${digits}` * sizes[unit] * 1e9) / 1e9;
  return foreign.test(whole) && Number.isInteger(rest) ? formal(seconds(whole) + rest) : null;
}

function parts(text) {
  const found = [];
  for (let rest = text; rest; rest = rest.slice(found.at(-1)[0].length)) {
    const part = rest.match(human);
    if (!part) return null;
    found.push(part);
  }
  const isos = found.map(([, n, word]) => {
    const unit = word[0].toUpperCase();
    if (unit === "W") return `P${7 * n}D`;
    return unit === "D" ? `P${n}D` : `PT${n}${unit}`;
  });
  return isos.length === 1 ? isos[0] : formal(isos.reduce((sum, iso) => sum + seconds(iso), 0));
}

const units = (iso) => [...iso.matchAll(/(\d+)([YWDHMS])/g)].map(([, n, unit]) => [n, unit]);
export const seconds = (iso) => units(iso).reduce((sum, [n, unit]) => sum + n * sizes[unit], 0);

// formal writes seconds in the shortest form with days.
function formal(total) {
  const write = (names) =>
    names.map((unit) => {
      const n = Math.floor(total / sizes[unit]);
      total -= n * sizes[unit];
      return n > 0 ? n + unit : "";
    }).join("");
  const date = write(["D"]);
  const time = write(["H", "M", "S"]);
  return date || time ? `P${date}${time && `T${time}`}` : "PT0S";
}

function words(iso) {
  const names = { D: "d", H: "h", M: "min", S: "s" };
  return seconds(iso) === 0 ? "0 s" : units(iso).map(([n, unit]) => `${n} ${names[unit]}`).join(" ");
}

// contractDuration writes what was typed as the contract does, and leaves what is none.
export function contractDuration(text) {
  return (text && parse(text)) || text;
}

document.addEventListener("input", ({ target }) => {
  if (!("duration" in target.dataset)) return;
  const echo = target.closest(".field").querySelector("[data-echo]");
  const text = target.value.trim();
  const iso = parse(text);
  // What is set may stay as it is spelled, though nobody could type it.
  if (text === "" || (iso === null && text === target.dataset.original)) echo.textContent = "";
  else if (iso === null) echo.textContent = "Not a duration: write 36h, 1d 12h or P1DT12H.";
  else {
    const at = now();
    const end = new Date((Date.parse(target.dataset.fromNow) || +at) + seconds(iso) * 1000);
    const ends = "fromNow" in target.dataset && !Number.isNaN(end.getTime()) ? `, ends ${absolute(end, at)}` : "";
    echo.textContent = `${words(iso)} (${iso})${ends}`;
  }
});
