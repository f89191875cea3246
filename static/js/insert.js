/* Signs in a text that offer something to put in their place: @ a colleague, ?? an article, # a ticket, :: the text of a
   macro. Contract:
     <div data-composer data-inserts="/tickets/10001/inserts/" data-insert-colleagues="…" data-insert-articles="…"
          data-insert-tickets="…" data-insert-texts="…" data-insert-count="{count} …">   around the text areas
     <form data-compose="reply|note">   for whom the text is: the server offers accordingly
   What is typed after a sign narrows the list. Up and down choose, Enter or Tab puts in, Escape leaves the text as it was
   typed, and this sign rests until another one is typed. The list rests while an input method composes; the wide signs
   of Chinese keyboards (＠ ？？ ＃ ：：) mean the same, and need no space before them.
   While the list is open the text area is a combobox (ARIA 1.2): it keeps the focus and names the chosen option. */
const composer = document.querySelector("[data-inserts]");
const LONGEST_QUESTION = 60;
const PAUSE_MILLISECONDS = 120;

// What may stand before a sign: nothing, a space, an opening bracket, or Chinese, which knows no spaces.
const BEFORE = String.raw`(^|[\s(\[（「，。！、\p{Script=Han}])`;
const sign = (signs, question) => new RegExp(`${BEFORE}(${signs})(${question})$`, "u");
const SIGNS = [
  { kind: "::", label: "insertTexts", opening: sign("::|：：", String.raw`[^\s:：]*`), notes: true, replies: true },
  { kind: "??", label: "insertArticles", opening: sign(String.raw`\?\?|？？`, String.raw`[^\n?？]*[^\s?？][^\n?？]*`), notes: true, replies: true },
  { kind: "@", label: "insertColleagues", opening: sign("@|＠", String.raw`[^\s@＠]*(?: [^\s@＠]+)?`), notes: true, replies: false },
  { kind: "#", label: "insertTickets", opening: sign("#|＃", String.raw`[^\s#＃][^\n#＃]*`), notes: true, replies: true },
];

if (composer) {
  const list = document.createElement("div");
  list.className = "insert";
  list.id = "insert-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  composer.append(list, status);

  let area = null;
  let options = [];
  let chosen = 0;
  let asked = 0;
  let timer = 0;
  let resting = ""; // the sign that Escape closed, by its place

  /* The sign before the caret: {kind, label, from, question}, or null. */
  const typed = () => {
    if (!area || area.selectionStart !== area.selectionEnd) return null;
    const before = area.value.slice(0, area.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const isNote = area.form.dataset.compose === "note";
    for (const { kind, label, opening, notes, replies } of SIGNS) {
      if (isNote ? !notes : !replies) continue;
      const match = opening.exec(line);
      if (!match || match[3].length > LONGEST_QUESTION) continue;
      const from = before.length - match[2].length - match[3].length;
      return { kind, label, from, question: match[3] };
    }
    return null;
  };

  const placeOf = (sign) => `${area.id} ${sign.kind} ${sign.from}`;

  const close = () => {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    status.textContent = "";
    for (const name of ["role", "aria-expanded", "aria-haspopup", "aria-autocomplete", "aria-controls", "aria-activedescendant"]) area?.removeAttribute(name);
  };

  const point = () => {
    [...list.children].forEach((element, position) => element.setAttribute("aria-selected", String(position === chosen)));
    area.setAttribute("aria-activedescendant", `insert-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const open = (sign) => {
    list.replaceChildren(...options.map(option));
    list.setAttribute("aria-label", composer.dataset[sign.label] ?? "");
    if (!options.length) return close();
    list.hidden = false;
    const marks = { role: "combobox", "aria-expanded": "true", "aria-haspopup": "listbox", "aria-autocomplete": "list", "aria-controls": list.id };
    for (const [name, value] of Object.entries(marks)) area.setAttribute(name, value);
    status.textContent = (composer.dataset.insertCount ?? "").replace("{count}", options.length);
    return point();
  };

  const option = ({ title, hint }, position) => {
    const element = document.createElement("div");
    element.id = `insert-${position}`;
    element.className = "insert__option";
    element.setAttribute("role", "option");
    const name = document.createElement("b");
    name.textContent = title;
    const about = document.createElement("span");
    about.textContent = hint;
    element.append(name, about);
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      put(position);
    });
    return element;
  };

  const ask = async (sign) => {
    const number = ++asked;
    const query = new URLSearchParams({ kind: sign.kind, q: sign.question, for: area.form.dataset.compose });
    const answer = await fetch(`${composer.dataset.inserts}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    // An older answer must not replace a newer one, nor open a list that was closed meanwhile.
    if (number !== asked || !answer?.ok || answer.redirected) return;
    ({ options } = await answer.json());
    const now = typed();
    if (number !== asked || !now || now.from !== sign.from) return;
    chosen = 0;
    open(sign);
  };

  const look = () => {
    clearTimeout(timer);
    const sign = typed();
    if (!sign) {
      resting = "";
      return close();
    }
    if (placeOf(sign) === resting) return undefined;
    timer = setTimeout(() => ask(sign), PAUSE_MILLISECONDS);
    return undefined;
  };

  const put = (position) => {
    const sign = typed();
    const { text } = options[position];
    close();
    if (!sign) return;
    area.setRangeText(text, sign.from, area.selectionStart, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };

  composer.addEventListener("input", (event) => {
    if (!event.target.matches("textarea.composer__text") || event.isComposing) return;
    area = event.target;
    look();
  });

  composer.addEventListener("compositionend", (event) => {
    if (!event.target.matches("textarea.composer__text")) return;
    area = event.target;
    // Some browsers tell of the last input before this event, some after it.
    setTimeout(look);
  });

  composer.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) {
        chosen = (chosen + steps[event.key] + options.length) % options.length;
        point();
      } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) put(chosen);
      else if (event.key === "Escape") {
        const sign = typed();
        resting = sign ? placeOf(sign) : "";
        close();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  composer.addEventListener("focusout", close);
}
