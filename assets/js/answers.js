// Answers that do not come: the connection broke, nobody answered in time, or a proxy did
// instead of the console. What was asked for may have been done all the same, so the form says
// that nobody knows, and asks again under its key: the console does nothing twice for one key.

const field = "idempotency_key";
const bodies = new WeakMap();

// newKey has 128 bits; crypto.randomUUID is there over HTTPS alone.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A form has one key for as long as what it sends is the same.
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
    if (!key.value || (bodies.get(form) ?? body) !== body) key.value = newKey();
    bodies.set(form, body);
  },
  true,
);

const whole = /^\s*(<!doctype|<html)/i;

// Every answer of the console has the id of its request, and what fails is no page to htmx.
function isOurs({ response, text }) {
  return response.headers.has("X-Request-Id") && !(response.status >= 500 && whole.test(text));
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { response } = ctx;
  const underWay = response.status === 409 && response.headers.has("Retry-After");
  if (isOurs(ctx) && !underWay) return answered(ctx);
  event.preventDefault();
  unanswered(ctx, underWay ? "The console is still at work on it." : `Something on the way answered instead of the console (${response.status}).`);
});

// That the session is over is no answer to what was asked (session.js); it can be asked again after.
document.addEventListener("session:renewed", () => {
  for (const button of document.querySelectorAll("[data-ask-again]")) button.disabled = false;
});

document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  // What fails once the answer is there is another matter.
  if (!ctx || ctx.text !== undefined) return;
  unanswered(ctx, ctx.request.signal.reason === "timeout" ? "No answer came in time." : "The connection broke before an answer came.");
});

function place(ctx) {
  return ctx.request.method === "POST" ? ctx.request.form : ctx.sourceElement.closest(".receipt");
}

function answered(ctx) {
  const form = place(ctx);
  const note = form?.querySelector(":scope > [data-unanswered]");
  if (!note) return;
  note.remove();
  for (const part of form.children) part.inert = false;
}

function unanswered(ctx, why) {
  const acts = ctx.request.method !== "GET";
  const at = place(ctx);
  let note = at?.querySelector(":scope > [data-unanswered]");
  if (!note) {
    const template = document.getElementById(acts ? "unanswered-act" : "unanswered-look");
    note = template.content.firstElementChild.cloneNode(true);
    if (at) at.insertBefore(note, at.querySelector(":scope > .buttons"));
    else document.getElementById("toasts").append(note);
  }
  const button = note.querySelector("[data-ask-again]");
  note.querySelector("[data-why]").textContent = why;
  button.disabled = false;
  button.onclick = () => {
    button.disabled = true;
    if (acts) return at.requestSubmit(ctx.request.submitter);
    note.remove();
    htmx.ajax("GET", ctx.request.action, { source: ctx.sourceElement, target: ctx.target, swap: ctx.swap });
  };
  // What was sent stays as it was sent until it is known what became of it.
  if (acts) for (const part of at.children) part.inert = part !== note;
  button.focus();
}
