// Reads a chart where the pointer is, from the table that stands below it.

function read(event) {
  const svg = event.target.closest?.(".plot svg");
  if (!svg) return;
  const graph = svg.closest("[data-chart]");
  const rows = [...graph.querySelectorAll("tbody tr")];
  const box = svg.getBoundingClientRect();
  const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  const row = rows[Math.min(Math.floor(share * rows.length), rows.length - 1)];
  if (!row) return;
  const heads = [...graph.querySelectorAll("thead th")].map((head) => head.textContent);
  const values = [...row.cells].slice(1).map((cell, i) => `${heads[i + 1]} ${cell.textContent}`);
  graph.querySelector(".reading").textContent = `${row.querySelector("time").textContent}: ${values.join(", ")}`;
  const cursor = svg.querySelector(".cursor");
  const x = share * svg.viewBox.baseVal.width;
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  cursor.removeAttribute("visibility");
}

function clear({ target }) {
  const graph = target.closest?.("[data-chart]");
  if (!graph || !target.matches(".plot svg")) return;
  graph.querySelector(".reading").textContent = "";
  graph.querySelector(".cursor").setAttribute("visibility", "hidden");
}

document.addEventListener("pointermove", read);
document.addEventListener("pointerleave", clear, true);
