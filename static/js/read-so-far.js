/* How far who writes has read, so that the server can hold back a reply that others have overtaken. Contract:
     <input type="hidden" name="read" data-read>    in the form: the last event that was read
     <input id="seen">                              the last event that the page shows
     <article class="message" id="entry-57">        what came while the page was open carries the class is-fresh
     [data-read-now]                                the server held a reply back and showed what is new: that is read now
   What stood on the page when the first word was written is read. What comes later is read once it has been on the
   screen for a while; what came below the fold, or while another window was in front, is not. */
const READ_AFTER_MILLISECONDS = 1500;
const form = document.querySelector("form[data-compose=reply]");
const field = form?.querySelector("[data-read]");
const timeline = document.getElementById("timeline");

if (field && timeline) {
  const text = form.querySelector("textarea");
  const unread = new Set();
  const seen = () => Number(document.getElementById("seen")?.value ?? 0);
  const sequence = (entry) => Number(entry.id.split("-").pop());

  const tell = () => {
    const now = unread.size ? Math.min(...unread) - 1 : seen();
    field.value = Math.max(Number(field.value), now);
  };

  const timers = new Map();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        if (isIntersecting) timers.set(target, setTimeout(read, READ_AFTER_MILLISECONDS, target));
      }
    },
    // What the composer covers is not seen.
    { threshold: 0.4, rootMargin: `0px 0px -${document.getElementById("composer").offsetHeight}px 0px` },
  );

  const read = (entry) => {
    if (document.visibilityState !== "visible" || !document.hasFocus()) {
      timers.set(entry, setTimeout(read, READ_AFTER_MILLISECONDS, entry));
      return;
    }
    watcher.unobserve(entry);
    unread.delete(sequence(entry));
    if (text.value.trim()) tell();
  };

  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes)
        if (node instanceof HTMLElement && node.matches("article.is-fresh")) {
          unread.add(sequence(node));
          watcher.observe(node);
        }
  }).observe(timeline, { childList: true });

  let isEmpty = !text.value.trim();
  form.addEventListener("input", () => {
    const wasEmpty = isEmpty;
    isEmpty = !text.value.trim();
    if (wasEmpty && !isEmpty) {
      unread.clear();
      field.value = seen();
    }
  });
  form.addEventListener("reset", () => {
    isEmpty = true;
  });

  document.addEventListener("htmx:afterSettle", () => {
    const now = document.querySelector("[data-read-now]")?.dataset.readNow;
    if (now) {
      field.value = now;
      unread.clear();
    }
  });
}
