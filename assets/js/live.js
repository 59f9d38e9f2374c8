// The live mark: says whether what is shown is current, pauses the updates, and reads anew
// what does not follow them.
import { join } from "./tabs.js";
import { clock, now, setPolled, setServerTime, span } from "./time.js";
import { goOn } from "./waits.js";

// Without a beat for three times as long as the server promises, a page is stale.
const missed = 3;
// How long it takes until it is asked again whether a session that was over is there.
const later = 15000;

const mark = () => document.getElementById("live-mark");

let state = "connecting";
let paused = false;
let beat = { at: null, every: 5 };

// What this tab follows, and how to go on with it and to end it; null while it is hidden.
let followed = null;
// Whether the page's own part follows, and not the shell alone.
let follows = true;

function draw() {
  if (!mark()) return;
  const asOf = beat.asOf ?? mark().dataset.asOf;
  const age = asOf ? now() - new Date(asOf) : null;
  const silent = beat.at !== null && Date.now() - beat.at > missed * beat.every * 1000;
  const stale = (beat.stale ?? "stale" in mark().dataset) || (state === "live" && silent) || state === "lost";
  const shown = state === "over" ? "over" : paused ? "paused" : stale ? "stale" : state === "live" && !follows ? "snapshot" : state;
  const [text, title] = {
    live: ["Live", "Pause updates"],
    paused: ["Paused", "Resume updates"],
    connecting: ["Connecting", "Pause updates"],
    snapshot: ["Snapshot: refresh", `This view does not update itself. It is as of ${clock(drawn())}: reload it`],
    over: ["Signed out", "You are signed out, or somebody else is signed in in this browser"],
    stale: [age !== null ? `Stale ${span(age)}` : state === "lost" ? "No connection" : "No data", beat.reason || "Pause updates"],
  }[shown];
  mark().dataset.state = shown;
  if (follows) mark().setAttribute("aria-pressed", paused);
  else mark().removeAttribute("aria-pressed");
  mark().title = title;
  const label = mark().querySelector("[data-text]");
  if (label.textContent !== text) label.textContent = text;
}

const drawn = () => new Date(mark().dataset.drawn);

// enter follows what the page shows, as long as it is looked at.
function enter() {
  if (followed || document.hidden || !mark()) return;
  const { events } = mark().dataset;
  const { user } = document.querySelector("[data-user]").dataset;
  const page = new URL(events, location).searchParams.get("page") ?? "";
  follows = page !== "";
  followed = { events, page };
  [followed.leave, followed.again] = join({ user, page, on: hear });
}

function leave() {
  followed?.leave();
  followed = null;
}

let swapped = Promise.resolve();
let text = "";

// swap shows what has come since it was last done.
async function swap() {
  const body = document.body;
  const all = text;
  text = "";
  if (all) await htmx.swap({ sourceElement: body, target: body, swap: "none", text: all });
}

function hear({ page, html, pages, ...news }) {
  if (html !== undefined) {
    if (paused || (page && page !== followed?.page)) return;
    text += html;
    // One that fails must not hold up those after it.
    swapped = swapped.then(swap).catch((error) => console.error(error));
    return;
  }
  if (pages) follows = pages.includes(followed?.page);
  if (news.state) state = news.state;
  if (news.beat) {
    const { now: time, as_of: asOf, ...rest } = news.beat;
    setServerTime(new Date(Date.parse(time) + Date.now() - news.at).toISOString());
    beat = { ...rest, asOf, at: news.at };
    if (beat.polled && follows && !paused) setPolled(beat.polled);
    if (beat.answers) goOn();
  }
  if (news.state === "over") over();
  draw();
}

// over leaves it to others what becomes of the page, and looks again later.
function over() {
  leave();
  setTimeout(enter, later);
  document.dispatchEvent(new Event("session:over"));
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : enter()));
addEventListener("pagehide", leave);
addEventListener("pageshow", enter);
addEventListener("focus", enter);
document.addEventListener("session:renewed", enter);
// The stream of who was signed in may go on for a while: it is not heard any more.
document.addEventListener("session:another", () => {
  state = "over";
  leave();
  setTimeout(enter, later);
  draw();
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest?.("#live-mark")) return;
  if (!follows) return location.reload();
  paused = !paused;
  // What was dropped meanwhile is told again.
  if (!paused) followed?.again();
  draw();
});

// What htmx brings back of the history may follow something else.
document.addEventListener("htmx:after:swap", () => {
  if (followed && mark() && mark().dataset.events !== followed.events) {
    leave();
    enter();
  }
  draw();
});

enter();
setInterval(draw, 1000);
draw();
