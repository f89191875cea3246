/* The dialog in which the forms of actions open. Contract:
     <dialog id="action-dialog"><div id="action">   what htmx puts into #action opens the dialog
     <form data-action>                              closes it once the server has done what it asks
     <div data-sheet>                                something to read: nothing in it takes the focus
     [data-default-focus] in the foot                takes the focus where nothing is to be filled in
     [data-cancel]                                   closes it; without a script it is a link that leads back
   Tells the document: "action:opened" (detail: the form) and "action:done" (detail: the form). */
const dialog = document.getElementById("action-dialog");
const inside = document.getElementById("action");

function tell(name, form) {
  document.dispatchEvent(new CustomEvent(name, { detail: form }));
}

let isFresh = false;

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== inside || !inside.firstElementChild) return;
  if (!dialog.open) dialog.showModal();
  isFresh = true;
});

// The focus comes once the form answers to htmx: a quick Ctrl+Enter must not send it without.
document.addEventListener("htmx:afterSettle", () => {
  if (!isFresh) return;
  isFresh = false;
  const form = dialog.querySelector("form");
  // Something to read, not to fill in: <div data-sheet>.
  if (!form || dialog.querySelector("[data-sheet]")) return;
  tell("action:opened", form);
  const first =
    dialog.querySelector("[aria-invalid=true]") ??
    dialog.querySelector(".dialog__foot [data-default-focus]") ??
    dialog.querySelector(".dialog__body :is(input:not([type=hidden]), select, textarea, button, a[href])");
  first?.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-action]") || event.detail.failed || !event.detail.xhr || event.detail.xhr.status >= 400) return;
  tell("action:done", form);
  dialog.close();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-cancel]")) return;
  event.preventDefault();
  dialog.close();
});

dialog.addEventListener("close", () => inside.replaceChildren());
