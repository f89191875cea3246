/* The command palette: Ctrl+K (Cmd+K) goes anywhere and does anything the page offers. Contract:
     <dialog id="palette" data-url="/palette/" data-actions-title data-places-title data-nothing-text>
       <input data-palette-input role="combobox">  <div data-palette-list role="listbox">
   Offers what has a data-key-label on the page (actions) and the links of the rail and menus (places), and asks the server
   for tickets, customers, macros and documents. Up and down choose, Enter goes, Escape closes. Rests while an input
   method composes. [data-show-palette] opens it by pointer. */
import { isOff } from "./shortcuts.js";

const dialog = document.getElementById("palette");
const ASK_AFTER_MS = 120;
const MOST_HERE = 6;

if (dialog) {
  const input = dialog.querySelector("[data-palette-input]");
  const list = dialog.querySelector("[data-palette-list]");
  const ticket = document.querySelector("[data-ticket]")?.dataset.ticket ?? "";
  let here = [];
  let there = [];
  let chosen = 0;
  let asked = 0;
  let waiting;

  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const usable = (element) => !element.disabled && !element.closest("[inert], dialog");

  /* What the page itself can do and where it leads: read when the palette opens. */
  const collect = () => {
    const seen = new Set();
    const actions = [];
    for (const element of document.querySelectorAll("[data-key][data-key-label], [data-menu-key]")) {
      if (!usable(element) || element.closest(".rail")) continue;
      const hint = element.dataset.key ?? element.dataset.menuKey;
      const own = element.cloneNode(true);
      for (const key of own.querySelectorAll("kbd, b[id]")) key.remove();
      const title = element.dataset.keyLabel ?? words(own);
      if (!title || seen.has(title)) continue;
      seen.add(title);
      actions.push({ title, hint, run: () => press(element) });
    }
    const places = [];
    for (const link of document.querySelectorAll(".rail a[href], .settings__list a[href], .menu__sheet a.menu__item[href]")) {
      const own = link.cloneNode(true);
      for (const key of own.querySelectorAll("kbd, b[id]")) key.remove();
      const title = words(own);
      if (!title || seen.has(title) || link.dataset.menuKey || link.closest("dialog")) continue;
      seen.add(title);
      places.push({ title, hint: link.dataset.key ?? "", run: () => link.click() });
    }
    return [
      { title: dialog.dataset.actionsTitle, items: actions },
      { title: dialog.dataset.placesTitle, items: places },
    ];
  };

  /* A live update may have put another in its place while somebody chose. */
  const today = (element) => {
    if (element.isConnected) return element;
    const { key, menuKey } = element.dataset;
    const sameKey = key ? `[data-key="${CSS.escape(key)}"]` : `[data-menu-key="${CSS.escape(menuKey)}"]`;
    return [...document.querySelectorAll(sameKey)].find(usable);
  };

  const press = (found) => {
    const element = today(found);
    if (!element) return;
    if (element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])")) element.focus();
    else element.click();
  };

  const matching = () => {
    const typed = input.value.trim().toLocaleLowerCase();
    return here
      .map(({ title, items }) => ({
        title,
        items: items.filter((item) => item.title.toLocaleLowerCase().includes(typed)).slice(0, typed ? MOST_HERE : 50),
      }))
      .filter(({ items }) => items.length);
  };

  const options = () => [...list.querySelectorAll("[role=option]")];

  const mark = (position) => {
    const all = options();
    chosen = all.length ? (position + all.length) % all.length : 0;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    if (all.length) {
      input.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text ?? "";
    return made;
  };

  const show = () => {
    let number = 0;
    const groups = [...there, ...matching()];
    // A number goes to its ticket; otherwise what the page offers comes before what the server found.
    if (!/^#?\d+$/.test(input.value.trim())) groups.sort((a, b) => here.some((one) => one.title === b.title) - here.some((one) => one.title === a.title));
    list.replaceChildren(
      ...groups.flatMap(({ title, items }) => [
        element("p", "palette__group", title),
        ...items.map((item) => {
          const option = element("div", "palette__option");
          option.id = `palette-${number++}`;
          option.setAttribute("role", "option");
          option.append(element("span", "cut", item.title), element("span", "palette__hint cut", item.hint));
          option.addEventListener("click", () => go(item));
          return option;
        }),
      ]),
    );
    if (!number) list.append(element("p", "palette__group", dialog.dataset.nothingText));
    mark(0);
    list.items = groups.flatMap(({ items }) => items);
  };

  const go = (item) => {
    dialog.close();
    if (item.run) item.run();
    else location.assign(item.url);
  };

  const ask = async () => {
    const number = ++asked;
    const typed = input.value.trim();
    if (!typed) {
      there = [];
      return show();
    }
    const query = new URLSearchParams({ q: typed, ticket });
    const answer = await fetch(`${dialog.dataset.url}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    // An older answer must not replace a newer one.
    if (number !== asked || !answer?.ok) return;
    there = (await answer.json()).groups;
    show();
  };

  const open = () => {
    here = collect();
    there = [];
    input.value = "";
    show();
    dialog.showModal();
    input.focus();
  };

  input.addEventListener("input", (event) => {
    show();
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, ASK_AFTER_MS);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen - 1);
    else if (event.key === "Enter" && list.items?.[chosen]) go(list.items[chosen]);
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing) return;
    if (isOff("Ctrl K")) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!document.querySelector("dialog:modal")) open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-palette]")) open();
  });
}
