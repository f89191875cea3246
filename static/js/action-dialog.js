/* The dialog in which the forms of actions open. Contract:
     <dialog id="action-dialog"><div id="action">   what htmx puts into #action opens the dialog
     <form data-action>                              closes it once the server has done what it asks
     <div data-sheet>                                something to read: nothing in it takes the focus
     [data-default-focus] in the foot                takes the focus where nothing is to be filled in
     [data-cancel]                                   closes it; without a script it is a link that leads back
   Keys pressed while it is fetched or sent count once that is done (type-ahead.js).
   Tells the document: "action:opened" (detail: the form) and "action:done" (detail: the form). */
import { dropKeys, giveKeys, holdKeys, leadsAway } from "./type-ahead.js";

const dialog = document.getElementById("action-dialog");
const inside = document.getElementById("action");

function tell(name, form) {
  document.dispatchEvent(new CustomEvent(name, { detail: form }));
}

let isFresh = false;
let hasCome = false;

document.addEventListener("htmx:confirm", ({ detail }) => {
  if (detail.target === inside) holdKeys(dialog);
  if (detail.elt.matches("form[data-action]")) {
    holdKeys(detail.elt);
    detail.elt.setAttribute("aria-busy", "true");
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== inside || !inside.firstElementChild) return;
  if (!dialog.open) dialog.showModal();
  isFresh = hasCome = true;
});

// The focus comes once the form answers to htmx: a quick Ctrl+Enter must not send it without.
document.addEventListener("htmx:afterSettle", () => {
  if (!isFresh) return;
  isFresh = false;
  focusFirst();
  giveKeys(dialog);
});

function focusFirst() {
  const form = dialog.querySelector("form");
  // Something to read, not to fill in: <div data-sheet>.
  if (!form || dialog.querySelector("[data-sheet]")) return;
  tell("action:opened", form);
  const first =
    dialog.querySelector("[aria-invalid=true]") ??
    dialog.querySelector(".dialog__foot [data-default-focus]") ??
    dialog.querySelector(".dialog__body :is(input:not([type=hidden]), select, textarea, button, a[href])");
  first?.focus();
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target === inside) {
    if (!hasCome) dropKeys(dialog);
    hasCome = false;
  }
  const form = event.detail.requestConfig?.elt; // the event comes from another, where it is gone
  if (!form?.matches("form[data-action]")) return;
  form.removeAttribute("aria-busy");
  // Sent back with errors it is another one, and this one gone.
  if (!form.isConnected || event.detail.failed || !event.detail.xhr || event.detail.xhr.status >= 400) return dropKeys(form);
  tell("action:done", form);
  dialog.close();
  // Where nothing had the focus before, a field that is hidden now keeps it until the next frame, and takes the keys.
  if (dialog.contains(document.activeElement)) document.activeElement.blur();
  if (leadsAway(event.detail.xhr)) dropKeys(form);
  else giveKeys(form);
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-cancel]")) return;
  event.preventDefault();
  dialog.close();
});

// The browser tells of it a moment later, when the next form may be there already.
dialog.addEventListener("close", () => dialog.open || inside.replaceChildren());
