// The command palette: pages and actions, and the things that the page shows.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const list = palette?.querySelector("[role=listbox]");
const apple = /Mac|iPhone|iPad/.test(navigator.platform);

const options = () => [...list.querySelectorAll("[role=option]:not([hidden])")];

function select(option) {
  for (const other of list.querySelectorAll("[aria-selected]")) other.removeAttribute("aria-selected");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

// things lists what the page marks: links, and anchors of what has none.
function things() {
  return [...document.querySelectorAll("[data-palette-item]")].map((element) => {
    const link = document.createElement("a");
    link.href = element.dataset.paletteItem || element.href;
    link.textContent = element.textContent.trim();
    link.role = "option";
    link.tabIndex = -1;
    return link;
  });
}

function filter() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of list.querySelectorAll("[role=option]")) {
    const text = option.textContent.toLowerCase();
    option.hidden = !words.every((word) => text.includes(word));
  }
  const found = options();
  palette.querySelector(".nothing").hidden = found.length > 0;
  select(found[0]);
}

function open() {
  if (palette.open) return;
  const group = list.lastElementChild;
  group.replaceChildren(group.firstElementChild, ...things());
  list.querySelectorAll("[role=option]").forEach((option, i) => (option.id = `option-${i}`));
  input.value = "";
  palette.showModal();
  filter();
}

if (palette) {
  for (const key of document.querySelectorAll("[data-modifier-key]")) if (apple) key.textContent = "⌘ K";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
    if (event.target === palette) palette.close();
    if (event.target.closest("#palette [role=option]")) palette.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    const found = options();
    const at = found.findIndex((option) => option.ariaSelected === "true");
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
}
