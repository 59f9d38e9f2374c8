// The time zone of the account menu, in which what people type is read.
import { keep } from "./cookies.js";
import { root } from "./root.js";

// The server reads what is typed on the clocks of the browser where the account says so.
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  keep("browser_zone", encodeURIComponent(zone));
}

// A zone that there is not is said at its field, and the page stays.
document.querySelector("#account-menu form.zone")?.addEventListener("submit", async (event) => {
  const form = event.target;
  const input = form.elements.zone;
  const name = input.value.trim();
  if (name === "browser") return tellZone();
  if (name === "" || name.toUpperCase() === "UTC" || form.dataset.known === name) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await fetch(`${root}/time-zones?name=${encodeURIComponent(name)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  const missing = answer?.status === 404;
  document.getElementById("zone-error").hidden = !missing;
  input.setAttribute("aria-invalid", missing);
  input.setAttribute("aria-describedby", missing ? "zone-error zone-help" : "zone-help");
  if (missing) return input.focus();
  form.dataset.known = name;
  form.requestSubmit();
});

if (document.documentElement.dataset.zone === "browser") tellZone();
