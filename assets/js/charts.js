// Charts are read where the pointer is, or by the keys, from the table that stands below; a time that is
// dragged over is what the page shows next. A script of its own: pages without charts do not carry it.

const least = 60; // seconds, as the server has it
const dragged = 8; // pixels, from which on a press is a drag

// What is read, by chart: it stays at its time while the chart moves on.
const read = new Map();
let drag = null;

const chartOf = (target) => target.closest?.(".canvas")?.closest("[data-chart]");
const canvasOf = (chart) => chart.querySelector(".canvas");
const span = (chart) => [+chart.dataset.from, +chart.dataset.until];

function timeAt(chart, clientX) {
  const box = canvasOf(chart).getBoundingClientRect();
  const [from, until] = span(chart);
  return from + Math.min(Math.max((clientX - box.left) / box.width, 0), 1) * (until - from);
}

const percent = (chart, time) => {
  const [from, until] = span(chart);
  return (100 * (time - from)) / (until - from);
};

const rowsOf = (chart) => [...chart.querySelectorAll("tbody tr")];
const start = (row) => Date.parse(row.querySelector("time").dateTime) / 1000;

function show(chart) {
  const time = read.get(chart.dataset.chart);
  const [from, until] = span(chart);
  if (time === undefined || time < from || time > until) return clear(chart);
  const row = rowsOf(chart).findLast((r) => start(r) <= time) ?? rowsOf(chart)[0];
  if (!row) return;
  const heads = [...chart.querySelectorAll("thead th")].map((head) => head.textContent);
  const values = [...row.cells].slice(1).map((cell, i) => `${heads[i + 1]} ${cell.textContent}`);
  const text = `${row.querySelector("time").textContent}: ${values.join(", ")}`;
  const reading = chart.querySelector(".reading");
  if (reading.textContent !== text) reading.textContent = text;
  const cursor = chart.querySelector(".cursor");
  cursor.setAttribute("x1", `${percent(chart, time)}%`);
  cursor.setAttribute("x2", `${percent(chart, time)}%`);
  cursor.removeAttribute("visibility");
}

function readAt(chart, time) {
  read.set(chart.dataset.chart, time);
  show(chart);
}

function clear(chart) {
  read.delete(chart.dataset.chart);
  chart.querySelector(".reading").textContent = "";
  chart.querySelector(".cursor").setAttribute("visibility", "hidden");
}

function select() {
  const chart = drag && document.querySelector(`[data-chart="${CSS.escape(drag.chart)}"]`);
  const box = chart?.querySelector(".selection");
  if (!box) return;
  const [a, b] = [drag.from, drag.to].sort((x, y) => x - y).map((time) => Math.max(0, percent(chart, time)));
  box.setAttribute("x", `${a}%`);
  box.setAttribute("width", `${b - a}%`);
  box.removeAttribute("visibility");
}

function drop() {
  for (const box of document.querySelectorAll(".selection")) box.setAttribute("visibility", "hidden");
  drag = null;
}

const rfc3339 = (time) => new Date(time * 1000).toISOString().replace(".000Z", "Z");

// zoom leads to the page of that time: Back returns.
function zoom({ from, to }) {
  let [a, b] = [from, to].sort((x, y) => x - y).map(Math.round);
  if (b - a < least) b = (a = Math.round((a + b - least) / 2)) + least;
  const form = document.querySelector(".ranges form");
  form.elements.namedItem("from").value = rfc3339(a);
  form.elements.namedItem("to").value = rfc3339(b);
  form.requestSubmit();
}

document.addEventListener("pointerdown", (event) => {
  const chart = chartOf(event.target);
  if (!chart || event.button !== 0) return;
  const time = timeAt(chart, event.clientX);
  drag = { chart: chart.dataset.chart, x: event.clientX, from: time, to: time, moved: false };
});

document.addEventListener("pointermove", (event) => {
  if (drag && Math.abs(event.clientX - drag.x) > dragged) drag.moved = true;
  if (drag?.moved) {
    const chart = document.querySelector(`[data-chart="${CSS.escape(drag.chart)}"]`);
    drag.to = timeAt(chart, event.clientX);
    readAt(chart, drag.to);
    return select();
  }
  const chart = chartOf(event.target);
  if (chart) readAt(chart, timeAt(chart, event.clientX));
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  const done = drag;
  drop();
  if (!done.moved) return;
  // The click that follows is not one on a mark.
  addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
  zoom(done);
});

document.addEventListener("pointercancel", drop);
document.addEventListener("dragstart", (event) => chartOf(event.target) && event.preventDefault());
document.addEventListener(
  "pointerleave",
  ({ target }) => {
    if (target.matches?.(".canvas") && !drag && document.activeElement !== target) clear(chartOf(target));
  },
  true,
);
document.addEventListener("focusout", ({ target }) => target.matches?.(".canvas") && clear(chartOf(target)));

// The arrows go from row to row; with Shift they select, and Enter shows what is selected.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) return drop();
  if (!event.target.matches?.(".canvas")) return;
  const chart = chartOf(event.target);
  const rows = rowsOf(chart);
  const [from, until] = span(chart);
  const time = read.get(chart.dataset.chart) ?? until;
  const now = Math.max(0, rows.findLastIndex((row) => start(row) <= time));
  const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (event.key === "Enter" && drag) {
    const done = drag;
    drop();
    return zoom(done);
  }
  if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const row = rows[Math.min(Math.max(next, 0), rows.length - 1)];
  if (!row) return;
  const to = Math.min(Math.max(start(row), from), until);
  if (!event.shiftKey) drop();
  else drag = { chart: chart.dataset.chart, from: drag?.from ?? time, to, moved: false };
  readAt(chart, to);
  select();
});

document.addEventListener("htmx:after:swap", () => {
  for (const chart of document.querySelectorAll("[data-chart]")) if (read.has(chart.dataset.chart)) show(chart);
  select();
});
