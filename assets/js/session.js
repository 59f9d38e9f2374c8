// The session that this page needs to go on: when it is over or somebody else's, a page that
// holds what was typed stays, and nothing of it is sent until its user is signed in again.
import { dirtyForms, discard, leaveWith } from "./typed.js";

const user = () => document.querySelector("[data-user]")?.dataset.user;
const dialog = () => document.getElementById("session");

// A page that has just been loaded is not loaded again at once.
const settled = 10000;
const patience = 10000;

// waiting says that nothing can be sent until the user is signed in again.
let waiting = false;

// ask returns who is signed in, "" for nobody.
async function ask() {
  const signal = AbortSignal.timeout(patience);
  const answer = await fetch("/session", { headers: { Accept: "application/json" }, signal });
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
// sign-in, or makes it the page of who is signed in.
function stop(name) {
  if (dirtyForms().length === 0) return location.reload();
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

// All tabs of a browser have one session: each that is opened says whose.
const tabs = new BroadcastChannel("session");
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
document.addEventListener("htmx:before:response", (event) => {
  const { status, headers } = event.detail.ctx.response;
  const over = status === 401 && headers.has("HX-Redirect");
  if (over && dirtyForms().length > 0) stop("");
  else if (status === 412) ask().then(meet, () => show("unknown"));
  else return;
  event.preventDefault();
});

// A form that leaves the page goes only when its answer will not be the sign-in page.
let going = null;
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || !form.matches("[data-form], #main form[method=post]") || !user()) return;
  if (going === form) {
    going = null;
    leaveWith(form);
    return;
  }
  event.preventDefault();
  if (going) return;
  going = form;
  const mine = await ask().then(meet, () => show("unknown"));
  if (mine) form.requestSubmit(submitter);
  going = null;
});
