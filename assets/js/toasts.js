// Toasts go away by themselves, unless they tell of something bad.
const stay = 8000;

document.addEventListener("htmx:after:swap", () => {
  for (const toast of document.querySelectorAll("[data-toast]:not([data-timed])")) {
    toast.dataset.timed = "";
    if (toast.dataset.state !== "bad") leave(toast);
  }
});

function leave(toast) {
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), stay);
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove();
});
