// Opens the command palette, whose script is fetched then: with Ctrl or ⌘ K, or its button.
const apple = /Mac|iPhone|iPad/.test(navigator.platform);
const script = document.getElementById("palette")?.dataset.script;

const open = async () => (await import(script)).open();

if (script) {
  for (const key of document.querySelectorAll("[data-modifier-key]")) if (apple) key.textContent = "⌘ K";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    if (!(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open();
  });
}
