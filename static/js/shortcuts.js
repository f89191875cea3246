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
   `?` opens <dialog id="shortcuts">, whose <dl data-shortcuts> is filled from every data-key-label on the page.
   A module may bind a key without an element: bindKey("j", label, run). */
const PAUSE_BETWEEN_KEYS_MS = 1200;
const bound = new Map();
let first = "";
let firstAt = 0;

export function bindKey(key, label, run) {
  bound.set(key, { label, run });
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
  const element = elementFor(key);
  if (element) {
    const isField = element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");
    if (isField) element.focus();
    else element.click();
    return true;
  }
  const binding = document.querySelector("dialog:modal") ? undefined : bound.get(key);
  if (binding) binding.run();
  return Boolean(binding);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    const form = event.target.closest?.("form[data-submit-keys]");
    if (form) {
      event.preventDefault();
      const atOnce = event.shiftKey ? form.querySelector("[data-default-now]") : null;
      form.requestSubmit(atOnce ?? form.querySelector("[data-default]"));
    }
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
  if (event.key === "?" && !document.querySelector("dialog:modal")) {
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
  list.replaceChildren(...[...labels].flatMap(([key, label]) => [term(key), description(label)]));
  dialog.showModal();
  return true;
}

function term(keys) {
  const element = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    element.append(cap);
  }
  return element;
}

function description(label) {
  const element = document.createElement("dd");
  element.textContent = label;
  return element;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-shortcuts]")) showAll();
});
