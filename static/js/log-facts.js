/* What an uploaded log says, taken into the form by a press (templates/files/_proposals.html). What a person typed is
   never overwritten: a fact fills a field that is empty, or that a fact filled before. A period brings its end (data-until)
   and, where the log names one, its zone (data-zone) into the fields NAME_until and NAME_zone.
   Contract: [data-log-facts] inside a form, with [data-fact="name of a field" data-value] rows and a JSON script.
   For every log that arrives the event "log-facts" bubbles from its row; detail: {upload, name, facts: [{field, label,
   value, shown, line}]}. A field that appears later (its question depends on another answer) is found when it is there. */
const filled = new WeakMap();

const fieldOf = (form, name) => {
  const field = form.elements.namedItem(name);
  return field instanceof RadioNodeList ? field : field ?? null;
};
const isMine = (field) => !field.value || filled.get(field) === field.value;

function take(form, fact) {
  const field = fieldOf(form, fact.dataset.fact);
  if (!field || !isMine(field) || field.value === fact.dataset.value) return false;
  const before = field.value;
  field.value = fact.dataset.value;
  if (field.value !== fact.dataset.value) {
    field.value = before; // a choice that is not offered
    return false;
  }
  filled.set(field, field.value);
  for (const part of ["until", "zone"]) {
    const other = fact.dataset[part] && fieldOf(form, `${fact.dataset.fact}_${part}`);
    // A zone stands there from the beginning; alone it answers nothing.
    if (other && (part === "zone" || isMine(other))) {
      other.value = fact.dataset[part];
      filled.set(other, other.value);
    }
  }
  const changed = field instanceof RadioNodeList ? [...field].find((one) => one.checked) : field;
  changed.dispatchEvent(new Event("input", { bubbles: true }));
  changed.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function show(box) {
  const { form } = closest(box);
  let open = 0;
  for (const fact of box.querySelectorAll("[data-fact]")) {
    const field = form && fieldOf(form, fact.dataset.fact);
    const isUsed = Boolean(field) && field.value === fact.dataset.value;
    const canUse = Boolean(field) && !isUsed && isMine(field);
    fact.querySelector("[data-use]").hidden = !canUse;
    fact.querySelector('[data-when="used"]').hidden = !isUsed;
    fact.querySelector('[data-when="other"]').hidden = !field || isUsed || canUse;
    open += canUse;
  }
  const all = box.querySelector("[data-use-all]");
  if (all) all.hidden = open < 2;
}

const closest = (box) => ({ form: box.closest("form") });

function begin(box) {
  if (box.dataset.begun) return;
  box.dataset.begun = "yes";
  const facts = JSON.parse(box.querySelector('script[type="application/json"]').textContent);
  show(box);
  box.dispatchEvent(new CustomEvent("log-facts", { bubbles: true, detail: { upload: box.dataset.uploadId, name: box.dataset.name, facts } }));
}

function beginAll(root) {
  for (const box of root.querySelectorAll("[data-log-facts]")) begin(box);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-log-facts]");
  const one = event.target.closest("[data-use]");
  if (!box || (!one && !event.target.closest("[data-use-all]"))) return;
  const { form } = closest(box);
  const facts = one ? [one.closest("[data-fact]")] : [...box.querySelectorAll("[data-fact]")];
  // Twice: the first answer may bring the field of the second.
  const taken = facts.filter((fact) => take(form, fact)).length + facts.filter((fact) => take(form, fact)).length;
  for (const other of form.querySelectorAll("[data-log-facts]")) show(other);
  const state = box.querySelector("[data-facts-state]");
  if (taken) state.textContent = state.dataset.used;
  if (one) (box.querySelector("[data-use]:not([hidden])") ?? state).focus?.();
});

document.addEventListener("input", (event) => {
  for (const box of event.target.form?.querySelectorAll("[data-log-facts]") ?? []) show(box);
});
document.addEventListener("htmx:load", (event) => {
  beginAll(event.detail.elt.parentElement ?? event.detail.elt);
  for (const box of document.querySelectorAll("[data-log-facts]")) show(box);
});
beginAll(document);
