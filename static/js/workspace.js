/* A ticket's page. Contract:
     <a data-menu-key="p">                          a key for something inside a closed menu
     <div id="live" data-live>                      asks for what is new on the event "ticket:check"
     <div id="timeline">                            new entries are added at its end, nothing else moves */
import "./action-dialog.js";
import { draftOfReply } from "./composer.js";
import { bindKey } from "./shortcuts.js";
import "./came-from.js";
import "./rest-when-hidden.js";

const workspace = document.getElementById("workspace");
const timeline = document.getElementById("timeline");
const live = document.getElementById("live");

/* --- New things by others */

document.addEventListener("live:ticket", (event) => {
  const number = event.detail?.number;
  if (number === undefined || String(number) === workspace.dataset.ticket) window.htmx.trigger(live, "ticket:check");
});

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

/* --- The newest is at the bottom, where the composer is */

function isAtTheEnd() {
  return innerHeight + scrollY > document.documentElement.scrollHeight - 80;
}

function toTheEnd(behavior = "instant") {
  scrollTo({ top: document.documentElement.scrollHeight, behavior });
}

let wasAtTheEnd = true;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target === timeline) wasAtTheEnd = isAtTheEnd();
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target === timeline && wasAtTheEnd) toTheEnd("smooth");
});

if (!location.hash && !location.search && timeline.scrollHeight > innerHeight) toTheEnd();
