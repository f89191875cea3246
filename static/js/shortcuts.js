/* Keys. Contract:

     <a href="…" data-key="o" data-key-label="Open">        the key clicks the element
     <textarea data-key="r" data-key-label="Reply">         the key focuses a field
     <button data-key="g u" data-key-label="Unassigned">    two keys after each other
     <form data-submit-keys>                                 Ctrl+Enter (or Cmd+Enter) in it sends it, by its
                                                             button with data-default where it has one; with Shift
                                                             by the one with data-default-now

   An element bound to the key "/" or another character is skipped while it is hidden or disabled; with the same key
   on several elements the first visible one takes it. Keys rest while somebody types, while an input method
   composes (Chinese), and with Ctrl, Alt or Meta: the browser's own shortcuts stay the browser's.
   `?` opens <dialog id="shortcuts">, whose <dl data-shortcuts> is filled from every data-key-label on the page. Each
   can be switched off there, and all at once; like the theme, that stays in this browser (localStorage "keys-off").
   A module may bind a key without an element: bindKey("j", label, run). */
const PAUSE_BETWEEN_KEYS_MS = 1200;
const ALL = "*";
const bound = new Map();
let first = "";
let firstAt = 0;

export function bindKey(key, label, run) {
  bound.set(key, { label, run });
}

function keysOff() {
  try {
    return new Set(JSON.parse(localStorage.getItem("keys-off") ?? "[]"));
  } catch { /* storage refused, or not ours */
    return new Set();
  }
}

/* Whether the person switched this key off; `key` as the list shows it ("g u", "Ctrl K"). */
export function isOff(key) {
  const off = keysOff();
  return off.has(ALL) || off.has(key);
}

function switchKey(key, isOn) {
  const off = keysOff();
  if (isOn) off.delete(key);
  else off.add(key);
  try {
    localStorage.setItem("keys-off", JSON.stringify([...off]));
  } catch { /* storage refused: everything stays on */ }
}

function isTyping(event) {
  const target = event.target;
  if (event.isComposing || event.keyCode === 229) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("textarea, select")) return true;
  const input = target.closest("input");
  return Boolean(input) && !["checkbox", "radio", "button", "submit", "reset"].includes(input.type);
}

function isUsable(element) {
  return element.checkVisibility() && !element.disabled && !element.closest("[inert]");
}

function elementFor(key) {
  const scope = document.querySelector("dialog:modal") ?? document;
  for (const element of scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`))
    if (isUsable(element)) return element;
  return null;
}

function startsSequence(key) {
  if ([...bound.keys()].some((other) => other.startsWith(`${key} `))) return true;
  return document.querySelector(`[data-key^="${CSS.escape(key)} "]`) !== null;
}

function press(key) {
  if (isOff(key)) return false;
  const element = elementFor(key);
  if (element) {
    const isField = element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");
    if (isField) element.focus();
    else {
      window.htmx?.process(element); // a part that has just come may not answer to htmx yet
      element.click();
    }
    return true;
  }
  const binding = document.querySelector("dialog:modal") ? undefined : bound.get(key);
  if (binding) binding.run();
  return Boolean(binding);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && !isOff("Ctrl Enter")) {
    const form = event.target.closest?.("form[data-submit-keys]");
    if (form) {
      event.preventDefault();
      const atOnce = event.shiftKey ? form.querySelector("[data-default-now]") : null;
      const button = atOnce ?? form.querySelector("[data-default]");
      // htmx sends a button's name and value only where it saw the click.
      if (button) button.click();
      else form.requestSubmit();
    }
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
  if (event.key === "?" && !isOff("?") && !document.querySelector("dialog:modal")) {
    if (showAll()) event.preventDefault();
    return;
  }
  const sequence = first && event.timeStamp - firstAt < PAUSE_BETWEEN_KEYS_MS ? `${first} ${event.key}` : event.key;
  first = "";
  if (press(sequence) || (sequence !== event.key && press(event.key))) {
    event.preventDefault();
  } else if (startsSequence(event.key)) {
    first = event.key;
    firstAt = event.timeStamp;
  }
});

function showAll() {
  const dialog = document.getElementById("shortcuts");
  const list = dialog?.querySelector("[data-shortcuts]");
  if (!list) return false;
  const labels = new Map();
  for (const element of document.querySelectorAll("[data-key][data-key-label]"))
    if (isUsable(element)) labels.set(element.dataset.key, element.dataset.keyLabel);
  for (const [key, { label }] of bound) labels.set(key, label);
  if (document.querySelector("form[data-submit-keys]") && list.dataset.submitLabel)
    labels.set("Ctrl Enter", list.dataset.submitLabel);
  if (list.dataset.paletteLabel) labels.set("Ctrl K", list.dataset.paletteLabel);
  labels.set("?", list.dataset.selfLabel ?? "");
  const rows = [...labels].flatMap(([key, label]) => [term(key), description(key, label)]);
  list.replaceChildren(term(""), description(ALL, list.dataset.allLabel), ...rows);
  dialog.showModal();
  return true;
}

function term(keys) {
  const element = document.createElement("dt");
  for (const key of keys.split(" ").filter(Boolean)) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    element.append(cap);
  }
  return element;
}

function description(key, label) {
  const element = document.createElement("dd");
  const line = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !keysOff().has(key);
  box.addEventListener("change", () => switchKey(key, box.checked));
  line.append(box, label);
  element.append(line);
  return element;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-shortcuts]")) showAll();
});
