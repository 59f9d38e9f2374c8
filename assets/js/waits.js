// A page that waits for the control plane (problem.templ) goes on once that answers. It is read as
// a whole, and may take its time then: what answers slowly is waited for.
const pause = 15000; // after an answer that was none

let asks = false;
let rests = 0;

export async function goOn() {
  const waiting = document.querySelector("[data-waits]");
  if (!waiting || asks || Date.now() < rests) return;
  asks = true;
  const main = await read(waiting.dataset.waits).catch(() => null);
  asks = false;
  if (!main) rests = Date.now() + pause;
  else if (waiting.isConnected) htmx.swap({ sourceElement: document.body, target: document.getElementById("main"), swap: "outerHTML", text: main.outerHTML });
}

// read is null where the page cannot go on.
async function read(address) {
  const { user } = document.querySelector("[data-user]").dataset;
  const headers = { Accept: "text/html", "Opsconsole-Wait": "1", "Opsconsole-User": encodeURIComponent(user) };
  const response = await fetch(address, { headers, cache: "no-store", redirect: "error" });
  if (!response.ok) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("main");
}
