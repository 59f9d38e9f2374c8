// Answers that do not come: the connection broke, nobody answered in time, or a proxy did
// instead of the console. What was asked for may have been done all the same, so the form says
// that nobody knows, and asks again under its key: the console does nothing twice for one key.
import { leaveWith } from "./typed.js";

const field = "idempotency_key";
const keys = new WeakMap();

// newKey has 128 bits; crypto.randomUUID is there over HTTPS alone.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What a form sends has one key until it is answered, also when something else was sent between.
document.addEventListener(
  "submit",
  ({ target: form, submitter }) => {
    if ((submitter?.getAttribute("formmethod") ?? form.method) !== "post") return;
    const data = new FormData(form, submitter);
    data.delete(field);
    const body = `${submitter?.formAction ?? form.action} ${new URLSearchParams(data)}`;
    let key = form.querySelector(`[name=${field}]`);
    if (!key) {
      key = Object.assign(document.createElement("input"), { type: "hidden", name: field });
      form.append(key);
    }
    const sent = keys.get(form) ?? new Map();
    if (!sent.has(body)) sent.set(body, (sent.size === 0 && key.value) || newKey());
    keys.set(form, sent);
    key.value = sent.get(body);
  },
  true,
);

const isOurs = ({ response }) => response.headers.has("Opsconsole-Answers");

// isLook reports whether a request does nothing for good; some are sent as a form that does.
function isLook({ request: { method, form, submitter } }) {
  return method === "GET" || !!(submitter ?? form)?.closest("[data-looks]");
}

// An error of the console's own says nothing of what was asked for before.
function isUntold(ctx) {
  return ctx.response.status >= 500 && !ctx.response.headers.has("Idempotency-Replayed") && noteOf(ctx);
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { response } = ctx;
  const underWay = response.status === 409 && response.headers.has("Retry-After");
  let why = `Something in between answered instead of the console (${response.status}).`;
  if (underWay) why = "The console is still working on it.";
  else if (isOurs(ctx)) {
    if (isLook(ctx) || !isUntold(ctx)) return answered(ctx) && event.preventDefault();
    why = "The console cannot tell right now.";
  }
  event.preventDefault();
  unanswered(ctx, why);
});

// Who leaves a page breaks off what it asked for.
let leaving = false;
for (const name of ["pagehide", "pageshow"]) window.addEventListener(name, () => (leaving = name === "pagehide"));

// That the session is over is no answer to what was asked (session.js); it can be asked again after.
document.addEventListener("session:renewed", () => {
  for (const button of document.querySelectorAll("[data-ask-again]")) button.disabled = false;
});

document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  // What fails once the answer is there is another matter.
  if (!ctx || ctx.text !== undefined || leaving) return;
  unanswered(ctx, ctx.request.signal.reason === "timeout" ? "No answer came in time." : "The connection broke before an answer came.");
});

// place is where something is said of a request; what looks and has none has a toast.
function place(ctx) {
  return isLook(ctx) ? ctx.sourceElement.closest(".receipt") : ctx.request.form;
}

// An address that is looked at has one toast.
function addressOf(ctx) {
  return new URL(ctx.request.action, location.href).pathname;
}

function noteOf(ctx) {
  const note = place(ctx)?.querySelector(":scope > [data-unanswered]");
  if (note || !isLook(ctx)) return note;
  return [...document.querySelectorAll("#toasts > [data-unanswered]")].find((toast) => toast.dataset.unanswered === addressOf(ctx));
}

// answered reports whether the answer leads away from the page.
function answered(ctx) {
  const form = place(ctx);
  const key = form?.querySelector(`[name=${field}]`);
  const done = !isLook(ctx) && ctx.response.status < 400;
  // What is asked for from now on is asked for once more.
  if (key && done) {
    keys.delete(form);
    key.value = "";
  }
  const note = noteOf(ctx);
  if (note) {
    note.remove();
    for (const part of form?.children ?? []) part.inert = false;
  }
  return done && leads(ctx, form);
}

// leads goes where a form that was carried out leads to, in its place: it is no page to come back to.
function leads(ctx, form) {
  const next = ctx.response.headers.get("HX-Redirect");
  if (!next) return false;
  leaveWith(form);
  ctx.keepIndicators = true;
  // The page begins with its content, where it is another: to a part of the same page would not load it.
  const to = new URL(next, location.href);
  if (!to.hash && to.pathname + to.search !== location.pathname + location.search) to.hash = "main";
  location.replace(to);
  return true;
}

export function askAgain({ request: { action, form, submitter }, sourceElement: source, target, swap }) {
  if (form) form.requestSubmit(submitter);
  else htmx.ajax("GET", action, { source, target, swap });
}

function unanswered(ctx, why) {
  const acts = !isLook(ctx);
  const at = place(ctx);
  let note = noteOf(ctx);
  if (!note) {
    const template = document.getElementById(acts ? "unanswered-act" : "unanswered-look");
    note = template.content.firstElementChild.cloneNode(true);
    note.dataset.unanswered = addressOf(ctx);
    if (at) at.insertBefore(note, at.querySelector(":scope > .buttons"));
    else document.getElementById("toasts").append(note);
  }
  const button = note.querySelector("[data-ask-again]");
  note.querySelector("[data-why]").textContent = why;
  button.disabled = false;
  button.hidden = acts && !at; // without its form nobody knows the key
  button.onclick = () => {
    button.disabled = true;
    if (!acts) note.remove();
    askAgain(ctx);
  };
  if (!acts) return;
  // What was sent stays as it was sent until it is known what became of it.
  for (const part of at?.children ?? []) part.inert = part !== note;
  button.focus();
}
