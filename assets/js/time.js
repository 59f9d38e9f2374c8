// How times read. The server says the same in UTC (templates/format): a page must not
// change when the script takes over, but for its zone.

const zone = document.documentElement.dataset.zone;
const timeZone = zone === "browser" ? undefined : zone || "UTC";
const formats = new Map();

function format(date, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, formatter(options));
  const parts = Object.fromEntries(formats.get(key).formatToParts(date).map(({ type, value }) => [type, value]));
  if (parts.timeZoneName) parts.timeZoneName = parts.timeZoneName.replace("GMT+0", "GMT");
  return parts;
}

function formatter(options) {
  const all = { hourCycle: "h23", timeZoneName: "short", ...options };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...all, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...all, timeZone: "UTC" });
  }
}

const day = { year: "numeric", month: "short", day: "numeric", weekday: "short" };

export function clock(date) {
  const p = format(date, { hour: "2-digit", minute: "2-digit" });
  return `${p.hour}:${p.minute} ${p.timeZoneName}`;
}

export function absolute(date, now) {
  const p = format(date, day);
  const today = format(now, day);
  const distance = Math.abs(date - now);
  if (distance < 864e5 && p.day === today.day) return clock(date);
  if (distance < 6 * 864e5) return `${p.weekday} ${clock(date)}`;
  if (p.year === today.year) return `${p.day} ${p.month}, ${clock(date)}`;
  return `${p.day} ${p.month} ${p.year}, ${clock(date)}`;
}

export function full(date) {
  const p = format(date, { ...day, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${p.weekday} ${p.day} ${p.month} ${p.year}, ${p.hour}:${p.minute}:${p.second} ${p.timeZoneName}`;
}

export function minute(date) {
  const p = format(date, day);
  return `${p.weekday} ${p.day} ${p.month} ${p.year}, ${clock(date)}`;
}

export function relative(date, now) {
  const ms = date - now;
  if (Math.abs(ms) < 1000) return "just now";
  return ms < 0 ? `${rough(-ms)} ago` : `in ${rough(ms)}`;
}

function rough(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 864000) return span(seconds * 1000);
  return `${Math.floor(seconds / 86400)} d`;
}

// span says how long something is in its two largest units: 2 min 5 s.
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  for (const [size, small, name, sub] of [
    [86400, 3600, "d", "h"],
    [3600, 60, "h", "min"],
    [60, 1, "min", "s"],
  ]) {
    if (seconds < size) continue;
    const rest = Math.floor((seconds % size) / small);
    return `${Math.floor(seconds / size)} ${name}${rest ? ` ${rest} ${sub}` : ""}`;
  }
  return `${seconds} s`;
}

// When what is not stale was read: a region is not sent again where only that differs.
export let polled = document.getElementById("live-mark")?.dataset.asOf;

export const setPolled = (text) => (polled = text);

// The server's clock counts, not this machine's, which may be off.
let offset = 0;

export function now() {
  return new Date(Date.now() + offset);
}

export function setServerTime(text) {
  const server = Date.parse(text);
  if (!Number.isNaN(server)) offset = server - Date.now();
}
