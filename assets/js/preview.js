// All forms in which users read what is being typed for them, as the server makes them.

import { root } from "./root.js";

const pause = 300;
let timer, asked;

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.preview) return;
  clearTimeout(timer);
  asked?.abort();
  timer = setTimeout(() => show(target, document.getElementById(target.dataset.preview)), pause);
});

async function show(field, place) {
  if (!place?.isConnected) return; // the form went while it was waited for more
  place.hidden = field.value.trim() === "";
  if (place.hidden) return;
  asked = new AbortController();
  try {
    const answer = await fetch(`${root}/maintenance/windows/preview`, {
      method: "POST", body: new URLSearchParams({ text: field.value }), headers: { Accept: "text/html" }, signal: asked.signal,
    });
    if (!answer.ok) throw new Error(answer.statusText);
    place.innerHTML = await answer.text();
  } catch (problem) {
    if (problem.name !== "AbortError") place.textContent = "The preview cannot be shown right now.";
  }
}
