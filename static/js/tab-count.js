/* How much is new, before the title of a tab that nobody looks at: "(3) My next". countNew(name) counts each name once;
   looking at the tab begins anew. */
const fresh = new Set();
let title = "";

export function countNew(name) {
  if (!document.hidden) return;
  if (!fresh.size) title = document.title;
  fresh.add(name);
  document.title = `(${fresh.size}) ${title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !fresh.size) return;
  fresh.clear();
  document.title = title;
});
