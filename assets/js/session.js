// The session that this page needs to go on: when it is over or somebody else's, a page that
// holds what was typed stays, and nothing of it is sent until its user is signed in again.
import { askAgain } from "./answers.js";
import { root } from "./root.js";
import { dirtyForms, discard, leaveWith } from "./typed.js";

const user = () => document.querySelector("[data-user]")?.dataset.user;
const dialog = () => document.getElementById("session");

// A page that has just been loaded is not loaded again at once.
const settled = 10000;
const patience = 10000;
// What a form is that waits, as htmx has it.
const busy = "htmx-request";

// waiting says that nothing can be sent until the user is signed in again.
let waiting = false;

// ask returns who is signed in, "" for nobody.
async function ask() {
  const signal = AbortSignal.timeout(patience);
  const answer = await fetch(`${root}/session`, { headers: { Accept: "application/json" }, signal });
  if (answer.status === 401) return "";
  if (!answer.ok) throw new Error(`/session answers ${answer.status}`);
  return (await answer.json()).username;
}

// meet goes by who is signed in, and reports whether it is the user of the page.
function meet(name) {
  const same = name === user();
  if (same && waiting) goOn();
  else if (!same) stop(name);
  return same;
}

// stop keeps the page where something is typed. Any other is loaded anew, which leads to the
// sign-in, or makes it the page of who is signed in; not while an answer is waited for.
function stop(name) {
  if (dirtyForms().length === 0) return document.querySelector(`form.${busy}`) || location.reload();
  waiting = true;
  show(name ? "another" : "over", name);
  if (name) document.dispatchEvent(new Event("session:another"));
}

function show(state, name = "") {
  for (const part of dialog().querySelectorAll("[data-session]")) part.hidden = part.dataset.session !== state;
  for (const part of dialog().querySelectorAll("[data-name]")) part.textContent = name;
  dialog().setAttribute("aria-labelledby", `session-${state}`);
  if (!dialog().open) dialog().showModal();
}

function goOn() {
  waiting = false;
  dialog().close();
  document.dispatchEvent(new Event("session:renewed"));
}

// What Back brings out of the browser's memory is shown once its user is known to be signed in still.
const veil = (visibility) => user() && (document.body.style.visibility = visibility);
function unveil({ persisted }) {
  if (!veil("hidden") || (!persisted && performance.getEntriesByType("navigation")[0].type !== "back_forward")) return veil("");
  ask()
    .then(meet, () => {})
    .then((same) => (same || dirtyForms().length ? veil("") : location.reload()));
}
addEventListener("pagehide", () => veil("hidden"));
addEventListener("pageshow", unveil);

// All tabs of a browser have one session: each that is opened says whose.
const tabs = new BroadcastChannel(`session${root}`);
tabs.addEventListener("message", ({ data }) => user() && meet(data));
if (user()) tabs.postMessage(user());

document.addEventListener("session:over", () => {
  if (dirtyForms().length > 0 ? !waiting : performance.now() > settled) ask().then(meet, () => {});
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && user() && dirtyForms().length > 0) ask().then(meet, () => {});
});

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-session-later]")) dialog().close();
  if (target.closest("[data-session-discard]")) discard();
});

// What htmx sends says for whom the page was drawn (web.UserHeader). An answer that the session
// is over, or another's, takes nothing away that is typed.
document.addEventListener("htmx:config:request", ({ detail }) => {
  if (user()) detail.ctx.request.headers["Opsconsole-User"] = encodeURIComponent(user());
});
const repeated = new WeakSet();
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { status, headers } = ctx.response;
  const over = status === 401 && headers.has("HX-Redirect");
  if (over && dirtyForms().length > 0) stop("");
  else if (status === 412) ask().then((name) => meet(name) && repeat(ctx), () => show("unknown"));
  else return;
  event.preventDefault();
});

// repeat sends once more what was refused as another's, where its user is there again by then.
function repeat(ctx) {
  if (repeated.has(ctx.sourceElement)) return show("unknown");
  repeated.add(ctx.sourceElement);
  askAgain(ctx);
}

// A form that leaves the page goes only when its answer will not be the sign-in page.
let going = null;
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.matches("[data-form], #main form[method=post]") || !user()) return;
  if (going === form) return leaveWith(form);
  event.preventDefault();
  if (form.classList.contains(busy)) return;
  form.classList.add(busy);
  const name = await ask().catch(() => null);
  form.classList.remove(busy);
  if (name === null) return show("unknown");
  if (!meet(name)) return;
  going = form;
  form.requestSubmit(submitter);
  going = null;
});
