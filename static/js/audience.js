/* A reply and a note are never mistaken for each other. Contract:
     <div data-composer data-requester="Rui Tan" data-for-the-desk="words|words" data-greetings="words|words">
       <div data-ask hidden><p data-ask-words data-to-reply data-to-note data-send-reply data-send-note>
         <button data-ask-yes data-take data-send> <button data-ask-no data-take data-send>
   Changing from one to the other with a text in it asks once whether the text comes along, and names who will read it.
   A text that reads as if it was meant for the others is asked about once before it is sent: a reply that speaks of "the
   customer" or calls a colleague by @, a note that greets the requester. It only asks; who writes decides. */
const composer = document.querySelector("[data-composer]");
const box = composer.querySelector("[data-ask]");
const words = box.querySelector("[data-ask-words]");
const yes = box.querySelector("[data-ask-yes]");
const no = box.querySelector("[data-ask-no]");
const formOf = (kind) => composer.querySelector(`form[data-compose=${kind}]`);
const textOf = (form) => form.querySelector("textarea");

let answer = () => {};
let back = null;

function ask(question, act, from, onYes) {
  const audience = document.getElementById("reply-audience")?.textContent.trim() ?? "";
  words.textContent = words.dataset[question].replace("{audience}", audience);
  for (const button of [yes, no]) button.textContent = button.dataset[act];
  back = from;
  answer = onYes;
  box.hidden = false;
}

function close() {
  if (box.hidden) return;
  box.hidden = true;
  back?.focus();
}

yes.addEventListener("click", () => {
  close();
  answer();
});
no.addEventListener("click", close);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  close();
});

/* --- Changing */

const asked = new Set(); // each text once

composer.addEventListener("change", (event) => {
  if (event.target.name !== "composes") return;
  box.hidden = true;
  const to = formOf(event.target.value);
  const from = formOf(event.target.value === "note" ? "reply" : "note");
  const text = from ? textOf(from).value.trim() : "";
  if (!text || asked.has(text) || textOf(to).value.trim()) return;
  asked.add(text);
  ask(event.target.value === "note" ? "toNote" : "toReply", "take", textOf(to), () => {
    move(textOf(from), textOf(to));
    asked.add(textOf(to).value.trim());
  });
});

function move(from, to) {
  to.value = from.value;
  from.value = "";
  for (const area of [from, to]) area.dispatchEvent(new Event("input", { bubbles: true }));
  to.focus();
}

composer.addEventListener("reset", () => {
  box.hidden = true;
});

/* --- Sending */

const list = (text) => text.split("|").map((one) => one.trim().toLowerCase()).filter(Boolean);
const forTheDesk = list(composer.dataset.forTheDesk);
const greetings = list(composer.dataset.greetings);
const requester = composer.dataset.requester.toLowerCase();

function readsAsNote(text) {
  // An address is no call: something stands before its sign.
  return forTheDesk.some((one) => text.includes(one)) || /(^|\s)[@＠][\p{L}]/u.test(text);
}

/* A greeting and the requester's name; a greeting that ends in "!" is said to customers only, and needs no name. */
function readsAsReply(text) {
  const start = text.slice(0, 60);
  const isNamed = requester.split(/\s+/).some((part) => part && start.includes(part));
  return greetings.some((one) => start.startsWith(one.replace("!", "")) && (one.endsWith("!") || isNamed));
}

composer.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("form[data-compose]")) return;
    const text = textOf(form).value.trim();
    const isReply = form.dataset.compose === "reply";
    if (asked.has(`send ${text}`)) return;
    if (!(isReply ? readsAsNote : readsAsReply)(text.toLowerCase())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    asked.add(`send ${text}`);
    const { submitter } = event;
    ask(isReply ? "sendReply" : "sendNote", "send", textOf(form), () => form.requestSubmit(submitter?.isConnected ? submitter : undefined));
    no.focus();
  },
  true,
);
