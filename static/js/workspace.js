/* A ticket's page. Contract:
     <a data-menu-key="p">                          a key for something inside a closed menu
   What others do meanwhile comes by ticket-live.js. */
import "./action-dialog.js";
import { draftOfReply } from "./composer.js";
import { bindKey } from "./shortcuts.js";
import "./came-from.js";
import "./rest-when-hidden.js";
import "./soft-lock.js";
import "./ticket-live.js";

const workspace = document.getElementById("workspace");

/* --- The last words of a resolved ticket may have been begun in the composer. */

document.addEventListener("action:opened", ({ detail: form }) => {
  const text = form.querySelector("[name=then]") ? form.querySelector("textarea[name=body]") : null;
  const draft = draftOfReply();
  if (!text || text.value || !draft?.value.trim()) return;
  text.value = draft.value;
  form.dataset.usesDraft = "yes";
});

document.addEventListener("action:done", ({ detail: form }) => {
  if (form.dataset.usesDraft) draftOfReply().form.reset();
});

/* --- Keys of what a closed menu hides */

for (const item of document.querySelectorAll("[data-menu-key]")) bindItem(item.dataset.menuKey, label(item));

function label(item) {
  return [...item.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent.trim()).join("");
}

function bindItem(key, words) {
  // Asked for at the press: the menu is replaced when the ticket changes.
  bindKey(key, words, () => workspace.querySelector(`[data-menu-key="${key}"]`)?.click());
}
