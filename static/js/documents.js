/* The documents beside the ticket form (templates/kb/_panel.html).

   [data-documents]            the panel; .is-reading while an article is open, .is-quiet after "None of these"
   [data-documents-quieten]    no more suggestions; [data-documents-wake] takes that back
   [data-documents-back]       from the article to the list
   [data-documents-below]      under the subject, where the panel has no room but below the form: names the first and how many more
   [data-documents-article]    around an open article: the id of the offer the focus returns to

   The event "log-facts" (log-facts.js) tells what was read in a log. It goes along with the next question; what the
   person typed counts more. */
const panel = document.querySelector("[data-documents]");
const found = document.getElementById("documents-found");
const reading = document.getElementById("documents-reading");
// The text goes into the address; its beginning and what is found in it are enough.
const LONGEST = 1500;
const LOG_FACTS = ["product", "platform", "sdk_version"];
const MOST_CODES = 10;
let asked = null;
// While Chinese is composed, the field holds letters that are not what will stand there.
let composing = false;
const findings = {};

/* Several logs add to each other; of one fact the last log counts. */
function addFindings(facts) {
  const codes = new Set(findings.log_codes?.split(","));
  for (const { field, value } of facts) {
    if (LOG_FACTS.includes(field)) findings[`log_${field}`] = String(value).slice(0, 60);
    if (field === "error_code") codes.add(String(value));
  }
  if (codes.size) findings.log_codes = [...codes].slice(-MOST_CODES).join(",");
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
    // A word half composed, a tick in a field that is not asked about, or a quiet panel: nothing to ask.
    if (composing || question === asked || panel.classList.contains("is-quiet")) event.preventDefault();
    else asked = question;
  });
  const form = document.getElementById("ticket-form");
  form.addEventListener("compositionstart", () => { composing = true; });
  form.addEventListener("compositionend", () => { composing = false; });
  document.addEventListener("log-facts", (event) => {
    addFindings(event.detail.facts);
    window.htmx.trigger(found, "log-findings");
  });

  // What was not answered is asked again; also what the next question broke off before it was seen to be the same.
  for (const end of ["htmx:sendError", "htmx:responseError", "htmx:sendAbort"]) found.addEventListener(end, () => { asked = null; });

  const below = document.querySelector("[data-documents-below]");
  found.addEventListener("htmx:afterSwap", () => {
    if (!below) return;
    const [first, ...others] = found.querySelectorAll(".docs:not([data-at-first]) > .doc");
    below.hidden = !first;
    below.querySelector("a").textContent = first?.querySelector("b").textContent ?? "";
    below.querySelector("small").textContent = others.length ? below.dataset.documentsBelow.replace("{count}", others.length) : "";
  });

  reading.addEventListener("htmx:afterSwap", () => {
    panel.classList.add("is-reading");
    reading.querySelector("h2")?.focus({ preventScroll: true });
    // What the article leads to is opened beside, so that the form stays as it is.
    for (const link of reading.querySelectorAll('.prose a[href]:not([href^="#"])')) link.target = "_blank";
  });
}
