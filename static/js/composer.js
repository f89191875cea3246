/* Where a reply or an internal note is written: two forms, one in view, each with its own text, files and draft.
   Contract:
     <div data-composer data-ticket="10001" data-preview-url="…">
       <input type="radio" name="composes" value="reply|note">    chooses; CSS shows the form
       <form data-compose="reply|note" data-draft="…"> … <textarea name="body">
         [data-preview] a button, [data-preview-of] where the text is shown as its readers will see it
   While a message is being sent its text rests, and keys wait for the answer (type-ahead.js).
   A form whose message has arrived is reset: draft.js forgets the draft, uploads.js the files. What comes back ("undo",
   a draft taken over) stands before what is written by then. */
import "./draft.js";
import "./insert.js";
import "./uploads.js";
import "./audience.js";
import "./read-so-far.js";
import { dropKeys, giveKeys, holdKeys, leadsAway } from "./type-ahead.js";

const composer = document.querySelector("[data-composer]");
const forms = [...composer.querySelectorAll("form[data-compose]")];
const textOf = (form) => form.querySelector("textarea");
const formOf = (kind) => forms.find((form) => form.dataset.compose === kind);

export function draftOfReply() {
  const form = formOf("reply");
  return form ? textOf(form) : null;
}

composer.addEventListener("click", (event) => {
  const choice = event.target.closest("input[name=composes]");
  if (!choice) return;
  // At once: what is typed next belongs into the text. The key that chose it is used up by then (shortcuts.js).
  const form = formOf(choice.value);
  showText(form);
  textOf(form).focus();
});

composer.addEventListener("keydown", (event) => {
  // Escape leaves the text, so that the keys work again.
  if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
});

/* --- Sending */

// It may have to wait for its turn; nothing typed meanwhile may go out with it, or be lost with the text.
document.addEventListener("htmx:confirm", ({ detail }) => {
  const form = detail.elt;
  if (!form.matches("form[data-compose]")) return;
  letRest(form, true);
  holdKeys(form);
});

document.addEventListener("htmx:validation:halted", ({ target }) => {
  if (!target.matches("form[data-compose]")) return;
  letRest(target, false);
  dropKeys(target);
});

function letRest(form, isSending) {
  form.ariaBusy = String(isSending);
  textOf(form).readOnly = isSending;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.("form[data-compose]")) return;
  document.getElementById("composer-errors").hidden = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-compose]")) return;
  letRest(form, false);
  if (!event.detail.xhr || event.detail.xhr.status >= 400 || event.detail.failed) return dropKeys(form);
  keepChoice(form, event.detail.requestConfig?.triggeringEvent?.submitter);
  showText(form);
  form.reset();
  for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  textOf(form).blur();
  if (leadsAway(event.detail.xhr)) dropKeys(form);
  else giveKeys(form);
});

/* The way it was sent is the usual one from now on, as the server remembers it. */
function keepChoice(form, submitter) {
  for (const box of form.querySelectorAll("[name=goes_on]")) box.defaultChecked = box.checked;
  if (submitter?.name !== "then") return;
  form.querySelector("input[name=then]").value = submitter.value;
  form.querySelector("[data-then-words]").textContent = submitter.textContent.trim();
  for (const way of form.querySelectorAll("button[name=then]")) way.setAttribute("aria-pressed", String(way === submitter));
}

/* --- What comes back */

document.addEventListener("outgoing:returned", ({ detail }) => {
  if (String(detail.number) !== composer.dataset.ticket) return;
  const form = formOf(detail.kind ?? "reply");
  if (!form) return;
  const text = textOf(form);
  const standing = text.value.trim();
  const isThere = !standing || standing === detail.body.trim();
  text.value = isThere ? detail.body : `${detail.body}\n\n${text.value}`;
  composer.querySelector(`[name=composes][value=${form.dataset.compose}]`).checked = true;
  form.dispatchEvent(new Event("uploads-returned"));
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});

/* --- Preview */

for (const button of composer.querySelectorAll("[data-preview]")) {
  button.hidden = false;
  button.addEventListener("click", () => (button.ariaPressed === "true" ? showText(button.form, true) : preview(button)));
}

async function preview(button) {
  const { form } = button;
  const values = { body: textOf(form).value, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value };
  const shown = form.querySelector("[data-preview-of]");
  await window.htmx.ajax("POST", composer.dataset.previewUrl, { target: shown, swap: "innerHTML", source: shown, values });
  shown.hidden = false;
  textOf(form).hidden = true;
  button.ariaPressed = "true";
}

function showText(form, focus = false) {
  form.querySelector("[data-preview-of]").hidden = true;
  form.querySelector("[data-preview]").ariaPressed = "false";
  textOf(form).hidden = false;
  if (focus) textOf(form).focus();
}
