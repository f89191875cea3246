/* The questions of the ticket form. The server says what is asked, needed and missing; this only carries it out.

   [data-asker]        the element that asks the server when something in its form changes (hx-post stands on it)
   [data-question=key] a question of the form; the server's event "questions" names those that are shown
   [data-file-name]    a file that will go along; its name answers the question for a log or a picture */
const asker = document.querySelector("[data-asker]");

if (asker) {
  const form = asker.closest("form");
  let asked = "";

  const fileNames = () => [
    ...[...form.querySelectorAll('input[type="file"]')].flatMap((input) => [...input.files].map((file) => file.name)),
    ...[...form.querySelectorAll("[data-file-name]")].map((row) => row.dataset.fileName),
  ];

  asker.addEventListener("htmx:configRequest", (event) => {
    if (event.target !== asker) return;
    const { parameters } = event.detail;
    // Whether there is a text is all that counts here; it may be long.
    for (const name of ["subject", "body"]) parameters[name] = parameters[name] ? "x" : "";
    parameters.file_names = fileNames();
    const question = JSON.stringify(parameters);
    if (question === asked) event.preventDefault();
    else asked = question;
  });
  for (const failed of ["htmx:sendError", "htmx:responseError"]) asker.addEventListener(failed, () => { asked = ""; });

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
