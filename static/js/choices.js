/* Contract: .choices > .choice > .choice__title in a document becomes a row of tabs. A name chosen once (Android,
   Kotlin) is chosen in all rows that have it, here and on the next page. */
const KEY = "document-choice";

function chosen() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

function keep(name) {
  try { localStorage.setItem(KEY, name); } catch { /* a browser that keeps nothing still switches */ }
}

function show(box, index, { focus = false } = {}) {
  [...box.querySelectorAll(":scope > .choices__names > button")].forEach((button, at) => {
    button.setAttribute("aria-selected", String(at === index));
    button.tabIndex = at === index ? 0 : -1;
    if (at === index && focus) button.focus();
  });
  [...box.querySelectorAll(":scope > .choice")].forEach((choice, at) => { choice.hidden = at !== index; });
}

function showByName(name) {
  for (const box of document.querySelectorAll(".choices--live")) {
    const index = names(box).indexOf(name);
    if (index >= 0) show(box, index);
  }
}

const names = (box) => [...box.querySelectorAll(":scope > .choice > .choice__title")].map((one) => one.textContent);

function enliven(box, number) {
  const choices = [...box.querySelectorAll(":scope > .choice")];
  if (choices.length < 2) return;
  const row = document.createElement("div");
  row.className = "tabs choices__names";
  row.setAttribute("role", "tablist");
  names(box).forEach((name, index) => {
    const button = document.createElement("button");
    const id = `choice-${Date.now().toString(36)}-${number}-${index}`;
    button.type = "button";
    button.textContent = name;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", id);
    choices[index].id = id;
    choices[index].setAttribute("role", "tabpanel");
    choices[index].setAttribute("aria-label", name);
    button.addEventListener("click", () => { keep(name); showByName(name); show(box, index); });
    row.append(button);
  });
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = [...row.children].indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    show(box, (at + step + row.children.length) % row.children.length, { focus: true });
  });
  box.prepend(row);
  box.classList.add("choices--live");
  show(box, Math.max(0, names(box).indexOf(chosen())));
}

function enlivenAll(root) {
  root.querySelectorAll(".prose .choices:not(.choices--live)").forEach(enliven);
}

enlivenAll(document);
document.addEventListener("htmx:load", (event) => enlivenAll(event.detail.elt.parentElement ?? event.detail.elt));
