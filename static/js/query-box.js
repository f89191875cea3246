/* The box for a query. Contract:
     <form data-query data-suggestions="/queue/suggestions/">
       <input type="hidden" name="q">                     what is in force, as text
       <a class="token" data-chip="tier:L2" href="…">     one term of it; the link takes it off
       <input data-query-input role="combobox">           the term being typed, sent with the rest by Enter
       <div data-query-list role="listbox" hidden>        what can follow, asked of the server
   Down and up choose, Enter or Tab take what is chosen, Escape closes the list. In the empty box Backspace brings the
   last chip back as text; left and right walk over the chips, Delete takes one off. Rests while an input method
   composes. Without this file the form works: what is typed is added by Enter. */
const ASK_AFTER_MS = 90;

for (const form of document.querySelectorAll("[data-query]")) enliven(form);

function enliven(form) {
  const input = form.querySelector("[data-query-input]");
  const list = form.querySelector("[data-query-list]");
  const kept = form.querySelector("input[name=q]");
  const chips = () => [...form.querySelectorAll("[data-chip]")];
  let offered = [];
  let chosen = -1;
  let asked = 0;
  let waiting;

  /* The term under the caret: back to the last space that no quotation mark holds. */
  const start = () => {
    const before = input.value.slice(0, input.selectionStart);
    let at = 0;
    let quoted = false;
    [...before].reduce((position, character) => {
      if (/["“”]/.test(character)) quoted = !quoted;
      if (!quoted && /\s/.test(character)) at = position + character.length;
      return position + character.length;
    }, 0);
    return at;
  };
  const typed = () => input.value.slice(start(), input.selectionStart);

  const close = () => {
    clearTimeout(waiting);
    asked += 1;
    list.hidden = true;
    offered = [];
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (position) => {
    chosen = position;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const part = (text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return element;
  };

  const show = (suggestions) => {
    offered = suggestions;
    if (!offered.length) return close();
    list.replaceChildren(
      ...offered.map((one, at) => {
        const option = document.createElement("div");
        option.className = "query__option";
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        option.append(part(one.label), part(one.hint));
        // Not the click: the box would have lost the focus, and with it the list.
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(one);
        });
        return option;
      }),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  };

  const ask = async () => {
    const number = ++asked;
    const address = `${form.dataset.suggestions}?${new URLSearchParams({ typed: typed() })}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    // An older answer must not replace a newer one, nor open a list that was closed meanwhile.
    if (number !== asked || !answer?.ok || document.activeElement !== input) return;
    const { suggestions } = await answer.json();
    if (number === asked) show(suggestions);
  };

  const take = (one) => {
    const from = start();
    const rest = input.value.slice(input.selectionStart).trimStart();
    const text = one.goes_on ? one.text : `${one.text} `;
    input.value = input.value.slice(0, from) + text + rest;
    input.setSelectionRange(from + text.length, from + text.length);
    input.focus();
    if (one.goes_on) ask();
    else {
      close();
      form.requestSubmit();
    }
  };

  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, ASK_AFTER_MS);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("focus", ask);
  input.addEventListener("blur", close);

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const atTheStart = input.selectionStart === 0 && input.selectionEnd === 0;
    if (event.key === "ArrowDown") {
      if (list.hidden) ask();
      else mark((chosen + 1) % offered.length);
    } else if (event.key === "ArrowUp" && !list.hidden) mark((chosen <= 0 ? offered.length : chosen) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) take(offered[chosen]);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Escape") return input.blur();
    else if (event.key === "Backspace" && atTheStart && chips().length) back();
    else if (event.key === "ArrowLeft" && atTheStart && chips().length) chips().at(-1).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  /* The last chip becomes text again. The list stays as it is until Enter. */
  const back = () => {
    const chip = chips().at(-1);
    const text = chip.dataset.chip;
    input.value = input.value ? `${text} ${input.value}` : text;
    input.setSelectionRange(text.length, text.length);
    chip.remove();
    kept.value = chips().map((one) => one.dataset.chip).join(" ");
    ask();
  };

  form.addEventListener("keydown", (event) => {
    const chip = event.target.closest?.("[data-chip]");
    if (!chip || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowLeft") (chip.previousElementSibling?.closest("[data-chip]") ?? chip).focus();
    else if (event.key === "ArrowRight") (chip.nextElementSibling?.closest("[data-chip]") ?? input).focus();
    else if (event.key === "Delete" || event.key === "Backspace") chip.click();
    else return;
    event.preventDefault();
  });
}
