// Says what a duration means while it is typed: 1d 12h is 1 d 12 h (P1DT12H), and ends
// Thu 02:00. The server reads the same (internal/changes), and has the last word.
import { absolute, now } from "./time.js";

const sizes = { D: 86400, H: 3600, M: 60, S: 1 };
const iso = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i;
const human = /^(\d{1,9})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wk|weeks?)(?![a-z])[\s,]*/i;

// parse returns how many of each unit, null for what is no duration. What is written in
// the contract's form or in one unit keeps its units.
export function parse(text) {
  const match = /[PT]$/i.test(text) ? null : text.match(iso);
  if (match) return Object.keys(sizes).map((unit, i) => [Number(match[i + 1] ?? 0), unit]);
  const parts = [];
  for (let rest = text; rest; rest = rest.slice(parts.at(-1)[2])) {
    const part = rest.match(human);
    if (!part) return null;
    const unit = part[2][0].toUpperCase();
    parts.push(unit === "W" ? [7 * part[1], "D", part[0].length] : [Number(part[1]), unit, part[0].length]);
  }
  return parts.length === 1 ? parts : spread(seconds(parts));
}

export function seconds(parts) {
  return parts.reduce((sum, [n, unit]) => sum + n * sizes[unit], 0);
}

function spread(total) {
  return Object.entries(sizes).map(([unit, size]) => {
    const n = Math.floor(total / size);
    total -= n * size;
    return [n, unit];
  });
}

function words(parts) {
  const names = { D: "d", H: "h", M: "min", S: "s" };
  return parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${names[unit]}`).join(" ") || "0 s";
}

function formal(parts) {
  const some = parts.filter(([n]) => n > 0);
  const date = some.filter(([, unit]) => unit === "D").map(([n]) => `${n}D`).join("");
  const time = some.filter(([, unit]) => unit !== "D").map(([n, unit]) => n + unit).join("");
  return `P${date}${time && `T${time}`}`.replace(/^P$/, "PT0S");
}

// contractDuration writes what was typed as the contract does, and leaves what is none.
export function contractDuration(text) {
  const parts = text === "" ? null : parse(text);
  return parts ? formal(parts) : text;
}

document.addEventListener("input", ({ target }) => {
  if (!("duration" in target.dataset)) return;
  const echo = target.closest(".field").querySelector("[data-echo]");
  const text = target.value.trim();
  const parts = text === "" ? null : parse(text);
  if (text === "") echo.textContent = "";
  else if (parts === null) echo.textContent = "Not a duration: write 36h, 1d 12h or P1DT12H.";
  else {
    const at = now();
    const end = new Date(at.getTime() + seconds(parts) * 1000);
    const ends = "fromNow" in target.dataset && !Number.isNaN(end.getTime()) ? `, ends ${absolute(end, at)}` : "";
    echo.textContent = `${words(parts)} (${formal(parts)})${ends}`;
  }
});
