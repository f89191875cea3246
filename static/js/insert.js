/* `::` in a text offers the texts of macros and puts the chosen one in its place. Contract:
     <div data-composer data-texts="/macros/texts/10001/" data-texts-label="…">   around the text areas
   What is typed after `::` narrows the list. Up and down choose, Enter or Tab puts in, Escape closes. The list rests
   while an input method composes. */
const composer = document.querySelector("[data-texts]");
const OPENING = /(?:^|\s)::([^\s:]*)$/;
const LONGEST_QUESTION = 40;

if (composer) {
  const list = document.createElement("div");
  list.className = "insert";
  list.id = "insert-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", composer.dataset.textsLabel);
  composer.append(list);

  let area = null;
  let texts = [];
  let chosen = 0;
  let asked = 0;

  const typed = () => area && OPENING.exec(area.value.slice(0, area.selectionStart));

  const close = () => {
    list.hidden = true;
    area?.removeAttribute("aria-activedescendant");
    area?.removeAttribute("aria-controls");
  };

  const show = () => {
    list.replaceChildren(...texts.map(option));
    list.hidden = !texts.length;
    if (!texts.length) return;
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-activedescendant", `insert-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const option = ({ name, text }, position) => {
    const element = document.createElement("div");
    element.id = `insert-${position}`;
    element.className = "insert__option";
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", String(position === chosen));
    const title = document.createElement("b");
    title.textContent = name;
    const beginning = document.createElement("span");
    beginning.textContent = text;
    element.append(title, beginning);
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      put(position);
    });
    return element;
  };

  const ask = async (question) => {
    const number = ++asked;
    const address = `${composer.dataset.texts}?q=${encodeURIComponent(question.slice(0, LONGEST_QUESTION))}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    // An older answer must not replace a newer one.
    if (number !== asked || !answer?.ok || !typed()) return;
    texts = (await answer.json()).texts;
    chosen = 0;
    show();
  };

  const put = (position) => {
    const match = typed();
    if (!match) return close();
    const end = area.selectionStart;
    area.setRangeText(texts[position].text, end - match[1].length - 2, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };

  composer.addEventListener("input", (event) => {
    if (!event.target.matches("textarea") || event.isComposing) return;
    area = event.target;
    const match = typed();
    if (match) ask(match[1]);
    else close();
  });

  composer.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.isComposing) return;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) {
        chosen = (chosen + steps[event.key] + texts.length) % texts.length;
        show();
      } else if (event.key === "Enter" || event.key === "Tab") put(chosen);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  composer.addEventListener("focusout", () => close());
}
