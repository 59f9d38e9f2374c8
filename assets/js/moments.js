// Reads moments as people write them, and says which was understood. The server reads the same
// (internal/humantime), and has the last word. A zone is the list of its offsets by the server's rules:
// the browser may reckon with others.

import { parse, seconds } from "./durations.js";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "January February March April May June July August September October November December".split(" ");
const two = (n) => String(n).padStart(2, "0");
const hour = 3600e3;

export const day = (at) => `${days[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;

export function clock(at) {
  const s = at.getUTCSeconds();
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${s ? `:${two(s)}` : ""}`;
}

const offsetAt = (zone, at) => 1e3 * (zone.offsets.findLast((o) => Date.parse(o.from) <= at) ?? zone.offsets[0]).seconds;

// wall is what the zone's clocks show at a moment, as a date in UTC, which has no gaps.
export const wall = (at, zone) => new Date(+at + offsetAt(zone, +at));

// resolve finds the moment at which the clocks show that: RFC 5545, section 3.3.5.
function resolve(shown, zone) {
  let at = shown - offsetAt(zone, shown - 48 * hour);
  for (const [i, { from }] of zone.offsets.entries()) {
    if (i === 0) continue;
    const change = Date.parse(from);
    if (Math.abs(change - shown) > 48 * hour) continue;
    const [before, after] = [zone.offsets[i - 1].seconds * 1e3, zone.offsets[i].seconds * 1e3];
    const [then, next] = [change + before, change + after];
    const text = { then: clock(new Date(then)), next: clock(new Date(next)), of: clock(new Date(shown)), on: day(new Date(shown)) };
    if (after > before && shown >= then && shown < next) {
      const read = clock(new Date(shown + after - before));
      return {
        at: shown - before,
        note: `${text.of} does not exist in ${zone.name} on ${text.on}: the clocks go forward from ${text.then} to ${text.next}. It is read as ${read}.`,
      };
    }
    if (after < before && shown >= next && shown < then) {
      return {
        at: shown - before,
        second: shown - after,
        note: `${text.of} comes twice in ${zone.name} on ${text.on}: the clocks go back from ${text.then} to ${text.next}. The first is meant, ${clock(new Date(shown - before))} UTC.`,
      };
    }
    if (shown >= next) at = shown - after;
  }
  return { at, note: "" };
}

// say writes a moment on the clocks of a zone and in UTC.
export function say(at, zone) {
  const [local, utc] = [wall(at, zone), new Date(at)];
  const words = `${day(local)}, ${clock(local)} ${zone.name}`;
  if (zone.name === "UTC") return words;
  return `${words} (${day(local) === day(utc) ? "" : `${day(utc)}, `}${clock(utc)} UTC)`;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const written = /^(?:(\d{4}-\d\d-\d\d|today|tomorrow|yesterday)(?:[t ]|$))?(\d{1,2}:\d\d(?::\d\d)?)?(?: ?(z|utc|[+-]\d\d:\d\d))?$/;

// understand returns {at, note, second} of a text, null for what is no moment.
export function understand(text, now, zone) {
  const trimmed = text.trim();
  if (rfc3339.test(trimmed)) {
    const at = Date.parse(trimmed);
    return Number.isNaN(at) ? null : { at, note: "" };
  }
  const plain = trimmed.toLowerCase().split(/\s+/).join(" ").replace(/^- ?(.+)$/, "$1 ago");
  const present = Math.floor(now / 1e3) * 1e3;
  if (plain === "now") return { at: present, note: "" };
  const [ahead, ago] = [plain.startsWith("in "), plain.endsWith(" ago")];
  if (ahead !== ago) {
    const parts = parse(ahead ? plain.slice(3) : plain.slice(0, -4));
    const at = parts && present + (ahead ? 1e3 : -1e3) * seconds(parts);
    const year = parts && new Date(at).getUTCFullYear();
    return year > 0 && year < 10000 ? { at, note: "" } : null;
  }
  const match = plain.match(written);
  if (!match || (!match[1] && !match[2])) return null;
  return local(match, now, match[3] ? fixed(match[3]) : zone);
}

function fixed(text) {
  const [, sign, h, m] = text.match(/^([+-])(\d\d):(\d\d)$/) ?? [, "+", 0, 0];
  return { name: "", offsets: [{ from: "0001-01-01T00:00:00Z", seconds: (sign === "-" ? -1 : 1) * (+h * 3600 + +m * 60) }] };
}

function local([, date, time], now, zone) {
  const away = { tomorrow: 1, yesterday: -1 }[date] ?? 0;
  const named = date?.includes("-");
  const start = new Date(named ? `${date}T00:00:00Z` : wall(now, zone));
  if (Number.isNaN(+start) || (named && start.toISOString().slice(0, 10) !== date)) return null;
  const [h, m, s] = (time ?? "0:0").split(":").map(Number);
  if (h > 23 || m > 59 || s > 59) return null;
  const shown = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate() + away, h, m, s ?? 0);
  return resolve(shown, zone);
}
