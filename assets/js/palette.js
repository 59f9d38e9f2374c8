// The command palette: pages and actions, the things that the page shows, and what the server
// finds. It is fetched when it is opened first.
import { root } from "./root.js";

const palette = document.getElementById("palette");
const input = palette.querySelector("input");
const list = palette.querySelector("[role=listbox]");
const nothing = palette.querySelector(".nothing");
const pause = 150; // milliseconds without a key, before the server is asked

const options = () => [...list.querySelectorAll("[role=option]:not([hidden])")];
const words = () => input.value.toLowerCase().split(/\s+/).filter(Boolean);

let timer, asking;

function select(option) {
  for (const other of list.querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

const number = () => list.querySelectorAll("[role=option]").forEach((option, i) => (option.id = `option-${i}`));

function option(href, text, note) {
  const link = document.createElement("a");
  link.href = href;
  link.role = "option";
  link.tabIndex = -1;
  link.textContent = text;
  if (note) {
    const more = document.createElement("span");
    more.className = "aside";
    more.textContent = note;
    link.append(" ", more);
  }
  return link;
}

function group(title, links, found) {
  const heading = document.createElement("p");
  heading.ariaHidden = "true";
  heading.textContent = title;
  const made = document.createElement("div");
  made.role = "group";
  made.ariaLabel = title;
  made.toggleAttribute("data-found", found);
  made.append(heading, ...links);
  return made;
}

// things lists what the page marks: links, and anchors of what has none.
const things = () =>
  [...document.querySelectorAll("[data-palette-item]")].map((element) =>
    option(element.dataset.paletteItem || element.href, element.textContent.trim()),
  );

function say(text) {
  nothing.textContent = text;
  nothing.hidden = !text;
}

// forget drops what was found, and what is being asked for: a late answer is for another text.
function forget() {
  clearTimeout(timer);
  asking?.abort();
  for (const found of list.querySelectorAll("[data-found]")) found.remove();
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

// noteOf is what is known of something found, with its day in UTC.
const noteOf = ({ note, at }) => [note, at && day.format(new Date(at))].filter(Boolean).join(", ");

// show puts what the server found behind what is here already.
function show(found, only) {
  const at = list.querySelector("[aria-selected]");
  for (const old of list.querySelectorAll("[data-found]")) old.remove();
  for (const { kind, title, items, more } of found.groups) {
    if (kind === "page" || kind === "action") continue;
    const links = items.map((item) => option(root + item.path, item.title, noteOf(item)));
    if (more) links.push(option(root + more, `All ${title.toLowerCase()} that match`));
    list.append(group(title, links, true));
  }
  if (!only) {
    const ask = option(root + found.instances, `Find instances: ${input.value.trim()}`);
    ask.dataset.ask = root + found.instances;
    list.append(group("Instances", [ask], true));
  }
  number();
  select(at?.isConnected ? at : options()[0]);
  say(only && !found.groups.length ? "No instance matches." : "");
}

async function ask(address, only) {
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, signal: mine.signal });
    if (response.redirected || !response.ok) throw new Error(String(response.status));
    const found = await response.json();
    if (mine === asking && !mine.signal.aborted) show(found, only);
  } catch {
    if (mine.signal.aborted) return;
    say("The server could not be searched. Pages and actions still work; keep typing to try again.");
  }
}

function filter() {
  const typed = words();
  forget();
  for (const each of list.querySelectorAll("[role=option]")) {
    const text = each.textContent.toLowerCase();
    each.hidden = !typed.every((word) => text.includes(word));
  }
  select(options()[0]);
  say(options().length || typed.length ? "" : "No matches.");
  if (typed.length) timer = setTimeout(ask, pause, `${root}/find?${new URLSearchParams({ q: input.value.trim() })}`);
}

export function open() {
  if (palette.open) return;
  forget();
  const page = list.querySelector("[data-page-items]");
  page.replaceChildren(page.firstElementChild, ...things());
  number();
  input.value = "";
  palette.showModal();
  filter();
}

palette.addEventListener("close", forget);
palette.addEventListener("click", (event) => {
  const chosen = event.target.closest("[role=option]");
  if (chosen?.dataset.ask) {
    event.preventDefault();
    ask(chosen.dataset.ask, true);
  } else if (chosen || event.target === palette) {
    // The next key leads on from the content of the page that was chosen.
    if (chosen && !chosen.hash && !chosen.matches("[hx-get]")) chosen.hash = "main";
    palette.close();
  }
});
input.addEventListener("input", filter);
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const found = options();
  const at = found.findIndex((each) => each.ariaSelected === "true");
  const next = {
    ArrowDown: (at + 1) % found.length,
    ArrowUp: (at - 1 + found.length) % found.length,
    Home: event.ctrlKey ? 0 : undefined,
    End: event.ctrlKey ? found.length - 1 : undefined,
  }[event.key];
  if (event.key === "Enter") found[at]?.click();
  else if (next !== undefined) select(found[next]);
  else return;
  event.preventDefault();
});
