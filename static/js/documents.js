/* The documents beside the ticket form (templates/kb/_panel.html).

   [data-documents]            the panel; .is-reading while an article is open, .is-quiet after "None of these"
   [data-documents-quieten]    no more suggestions; [data-documents-wake] takes that back
   [data-documents-back]       from the article to the list
   [data-documents-article]    around an open article: the id of the offer the focus returns to

   The event "helpdesk:log-findings" on the document, detail {facts: {platform, sdk_version, …}, error_codes: […]}, tells
   what was read in a log. It goes along with the next question; what the person typed counts more. */
const panel = document.querySelector("[data-documents]");
const found = document.getElementById("documents-found");
const reading = document.getElementById("documents-reading");
// The text goes into the address; its beginning and what is found in it are enough.
const LONGEST = 1500;
const LOG_FACTS = ["product", "platform", "sdk_version"];
const MOST_CODES = 10;
let asked = null;
let findings = {};

/* Of a detail that somebody else wrote only what is understood. */
function readFindings(detail) {
  const read = {};
  for (const name of LOG_FACTS) {
    const value = detail?.facts?.[name];
    if (typeof value === "string" || typeof value === "number") read[`log_${name}`] = String(value).slice(0, 60);
  }
  const codes = Array.isArray(detail?.error_codes) ? detail.error_codes : [];
  const named = codes.map((code) => String(code?.code ?? code)).filter((code) => /^-?\w{1,60}$/.test(code));
  if (named.length) read.log_codes = [...new Set(named)].slice(0, MOST_CODES).join(",");
  return read;
}

function closeArticle() {
  const offer = document.getElementById(reading.firstElementChild?.dataset.documentsArticle);
  reading.replaceChildren();
  panel.classList.remove("is-reading");
  offer?.focus();
}

function quieten(quiet) {
  panel.classList.toggle("is-quiet", quiet);
  panel.querySelector(quiet ? "[data-documents-wake]" : "[data-documents-quieten]").focus();
  if (!quiet) window.htmx.trigger(found, "load");
}

if (panel) {
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-documents-back]")) closeArticle();
    if (event.target.closest("[data-documents-quieten]")) quieten(true);
    if (event.target.closest("[data-documents-wake]")) quieten(false);
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.classList.contains("is-reading")) closeArticle();
  });

  found.addEventListener("htmx:configRequest", (event) => {
    if (event.target !== found) return;
    const { parameters } = event.detail;
    for (const name of ["subject", "body"]) parameters[name] = (parameters[name] ?? "").slice(0, LONGEST);
    Object.assign(parameters, findings);
    const question = JSON.stringify(parameters);
    // A tick in a field that is not asked about, or a quiet panel: nothing to ask.
    if (question === asked || panel.classList.contains("is-quiet")) event.preventDefault();
    else asked = question;
  });
  document.addEventListener("helpdesk:log-findings", (event) => {
    findings = readFindings(event.detail);
    window.htmx.trigger(found, "log-findings");
  });

  found.addEventListener("htmx:sendError", () => { asked = null; });
  found.addEventListener("htmx:responseError", () => { asked = null; });

  reading.addEventListener("htmx:afterSwap", () => {
    panel.classList.add("is-reading");
    reading.querySelector("h2")?.focus({ preventScroll: true });
    // What the article leads to is opened beside, so that the form stays as it is.
    for (const link of reading.querySelectorAll('.prose a[href]:not([href^="#"])')) link.target = "_blank";
  });
}
