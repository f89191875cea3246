/* The questions of the ticket form. The server says what is asked, needed and missing; this only carries it out.

   [data-asker]        the element that asks the server when something in its form changes (hx-post stands on it)
   [data-question=key] a question of the form; the server's event "questions" names those that are shown
   [data-uploads-list] the files that wait: one more or less may answer the question for a log or a picture */
const asker = document.querySelector("[data-asker]");

if (asker) {
  const form = asker.closest("form");
  let asked = "";

  asker.addEventListener("htmx:configRequest", (event) => {
    if (event.target !== asker) return;
    const { parameters } = event.detail;
    // Whether there is a text is all that counts here; it may be long.
    for (const name of ["subject", "body"]) parameters[name] = parameters[name] ? "x" : "";
    const question = JSON.stringify(parameters);
    if (question === asked) event.preventDefault();
    else asked = question;
  });
  for (const failed of ["htmx:sendError", "htmx:responseError"]) asker.addEventListener(failed, () => { asked = ""; });

  for (const list of form.querySelectorAll("[data-uploads-list]"))
    new MutationObserver(() => window.htmx.trigger(asker, "questions:ask")).observe(list, { childList: true });

  document.addEventListener("questions", (event) => {
    const shown = event.detail?.shown;
    if (!shown) return;
    for (const question of form.querySelectorAll("[data-question]")) question.hidden = !shown.includes(question.dataset.question);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('.open-facts a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    const field = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea") ?? target;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
