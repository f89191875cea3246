/* Contract: <form data-submit-on-change> sends itself when one of its choices changes; its button,
   [data-without-script], is for browsers without scripts and is hidden here. */
for (const button of document.querySelectorAll("form[data-submit-on-change] [data-without-script]")) button.hidden = true;

document.addEventListener("change", (event) => {
  event.target.closest("form[data-submit-on-change]")?.requestSubmit();
});
