/* Contract: <form data-submit-once> is sent once; its buttons rest until the page changes, the htmx answer has come,
   or the browser goes back to the page. The server stays the judge: this only spares people a second click. */
function rest(form, busy) {
  for (const button of form.querySelectorAll('button:not([type="button"])')) button.classList.toggle("is-busy", busy);
  if (busy) form.dataset.busy = "yes";
  else delete form.dataset.busy;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-submit-once]")) return;
  if (form.dataset.busy) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  // After this turn: disabling a button now would drop its name and value from what is sent.
  setTimeout(() => !event.defaultPrevented || form.matches("[hx-post], [hx-put]") ? rest(form, true) : undefined);
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-submit-once]");
  if (form) rest(form, false);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("[data-busy]")) rest(form, false);
});
