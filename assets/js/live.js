// The live mark: says whether what is shown is current, and pauses the updates.
import { now, setServerTime, span } from "./time.js";

const mark = document.getElementById("live-mark");
const events = document.getElementById("events");

// Without a beat for three times as long as the server promises, a page is stale.
const missed = 3;
const retry = { delay: 1000, most: 60000 };

let state = "connecting";
let paused = false;
let connection = null;
let beat = { at: null, every: 5, asOf: mark?.dataset.asOf, stale: "stale" in (mark?.dataset ?? {}) };

function draw() {
  const age = beat.asOf ? now() - new Date(beat.asOf) : null;
  const silent = state === "live" && beat.at !== null && Date.now() - beat.at > missed * beat.every * 1000;
  const shown = paused ? "paused" : beat.stale || silent ? "stale" : state;
  const text = {
    live: "Live",
    paused: "Paused",
    connecting: "Connecting",
    stale: age === null ? "No data" : `Stale ${span(age)}`,
    lost: age === null ? "No connection" : `Stale ${span(age)}`,
  }[shown];
  mark.dataset.state = shown === "lost" ? "stale" : shown;
  mark.setAttribute("aria-pressed", paused);
  mark.title = paused ? "Go on with the updates" : beat.reason || "Pause the updates";
  const label = mark.querySelector("[data-text]");
  if (label.textContent !== text) label.textContent = text;
}

function set(next) {
  state = next;
  draw();
}

// What becomes of the page when the session is over, session.js knows.
const over = () => document.dispatchEvent(new Event("session:over"));
document.addEventListener("session:renewed", () => connection?.delayCanceller?.());

// htmx connects again by itself once a stream was open, but not when the first
// connection fails.
let delay = retry.delay;
function connectLater() {
  set("lost");
  setTimeout(() => events.dispatchEvent(new Event("live:connect")), delay);
  delay = Math.min(2 * delay, retry.most);
}

if (mark && events) {
  events.addEventListener("beat", ({ detail }) => {
    const data = JSON.parse(detail.data);
    setServerTime(data.now);
    beat = { at: Date.now(), every: data.every, asOf: data.as_of, stale: data.stale, reason: data.reason };
    set("live");
  });
  events.addEventListener("htmx:sse:after:connection", ({ detail }) => {
    connection = detail.connection;
    delay = retry.delay;
    set("live");
  });
  events.addEventListener("htmx:sse:error", ({ detail }) => {
    if (detail.status === 401 || detail.status === 412) over();
    set("lost");
  });
  events.addEventListener("htmx:sse:before:message", (event) => {
    if (paused && !event.detail.message.event) event.preventDefault();
  });
  events.addEventListener("htmx:sse:close", ({ detail }) => detail.reason === "ended" && connectLater());
  events.addEventListener("htmx:error", connectLater);
  events.addEventListener("htmx:response:error", ({ detail }) => {
    if (detail.ctx.response.status === 401) over();
    connectLater();
  });
  mark.addEventListener("click", () => {
    paused = !paused;
    // What was dropped meanwhile comes with the first message of a new connection.
    if (!paused) connection?.reader?.cancel();
    draw();
  });
  setInterval(draw, 1000);
  draw();
}
