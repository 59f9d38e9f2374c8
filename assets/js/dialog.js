// Shows what a link has loaded into the dialog.
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");

document.addEventListener("htmx:after:swap", () => {
  if (!dialog || dialog.open || !body.firstElementChild) return;
  dialog.showModal();
  (body.querySelector("textarea, [autofocus]") ?? dialog).focus();
});

dialog?.addEventListener("close", () => body.replaceChildren());

document.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  const link = event.target.closest("[data-close]");
  if (!link || !dialog?.contains(link)) return;
  event.preventDefault();
  dialog.close();
});
