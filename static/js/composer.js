/* Where a reply or an internal note is written: two forms, one in view, each with its own text, files and draft.
   Contract:
     <div data-composer>
       <input type="radio" name="composes" value="reply|note">    chooses; CSS shows the form
       <form data-compose="reply|note" data-draft="…"> … <textarea name="body">
   A form whose message has arrived is reset: draft.js forgets the draft, uploads.js the files. */
import "./draft.js";
import "./insert.js";
import "./uploads.js";

const composer = document.querySelector("[data-composer]");
const forms = [...composer.querySelectorAll("form[data-compose]")];
const textOf = (form) => form.querySelector("textarea");

export function draftOfReply() {
  const form = forms.find((one) => one.dataset.compose === "reply");
  return form ? textOf(form) : null;
}

composer.addEventListener("click", (event) => {
  const choice = event.target.closest("input[name=composes]");
  if (!choice) return;
  const form = forms.find((one) => one.dataset.compose === choice.value);
  // After the key that chose it: the letter must not land in the text.
  setTimeout(() => textOf(form).focus());
});

composer.addEventListener("keydown", (event) => {
  // Escape leaves the text, so that the keys work again.
  if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.("form[data-compose]")) return;
  document.getElementById("composer-errors").hidden = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-compose]") || !event.detail.xhr || event.detail.xhr.status >= 400 || event.detail.failed) return;
  form.reset();
  textOf(form).blur();
});
