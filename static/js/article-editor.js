/* Writing an article. Contract:
     <form data-editor>                       Ctrl+S saves
     <textarea data-pictures="address">       takes pictures that are pasted or dropped; data-working and data-failed are
                                              said, data-name stands for the picture until the writer names it
     <button data-choose-picture="id">        the same from a dialog; <input type="file"> beside it
     <p data-editor-says>                     where it is said what goes wrong
     <button data-put-in="id" data-from="id"> puts a text into the article, where the cursor is
     <input data-slug-from="id">              follows the title until the writer changes it
     <form data-comment>                      what is selected in the text goes along as a quotation */
const form = document.querySelector("[data-editor]");
const text = form?.querySelector("[data-pictures]");
const says = form?.querySelector("[data-editor-says]");
const LONGEST_QUOTE = 300;

function changed() {
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/* At the cursor, as if typed: the browser's own undo takes it back. */
function put(words) {
  text.focus();
  if (!document.execCommand("insertText", false, words)) text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  changed();
}

function swap(old, words, chosen = "") {
  const at = text.value.indexOf(old);
  if (at < 0) return;
  const { selectionStart, selectionEnd } = text;
  text.setRangeText(words, at, at + old.length, "preserve");
  // The name is selected, so that it is only typed over; unless the writer has gone on meanwhile.
  const name = chosen && words.indexOf(chosen);
  if (chosen && selectionStart === at + old.length && selectionStart === selectionEnd) {
    text.setSelectionRange(at + name, at + name + chosen.length);
  }
  changed();
}

/* --- Pictures */

let sent = 0;

async function upload(file) {
  sent += 1;
  const name = text.dataset.name;
  const place = `![${text.dataset.working} ${sent}]()`;
  put(place);
  says.hidden = true;
  const data = new FormData();
  data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.append("picture", file, file.name || "picture.png");
  try {
    const answer = await fetch(text.dataset.pictures, { method: "POST", body: data, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    swap(place, `![${name}](${said.address})`, name);
  } catch (error) {
    swap(place, "");
    says.textContent = error instanceof SyntaxError || error instanceof TypeError ? text.dataset.failed : error.message;
    says.hidden = false;
  }
}

function picturesOf(transfer) {
  return [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

async function take(files) {
  for (const file of files) await upload(file);
}

if (text) {
  text.addEventListener("paste", (event) => {
    const files = picturesOf(event.clipboardData);
    // Text copied from a page brings a picture of itself along; the words are meant.
    if (!files.length || event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    take(files);
  });
  text.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.items].some((item) => item.kind === "file")) event.preventDefault();
  });
  text.addEventListener("drop", (event) => {
    const files = picturesOf(event.dataTransfer);
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
  for (const button of form.querySelectorAll("[data-choose-picture]")) {
    const chooser = document.getElementById(button.dataset.choosePicture);
    button.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      take([...chooser.files]);
      chooser.value = "";
    });
  }
}

/* --- Pieces of a ticket */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-put-in]");
  if (!button || !text) return;
  const before = text.value.slice(0, text.selectionStart);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  put(`${gap}${document.getElementById(button.dataset.from).textContent.trim()}\n\n`);
});

/* --- The address follows the title */

for (const slug of document.querySelectorAll("[data-slug-from]")) {
  const title = document.getElementById(slug.dataset.slugFrom);
  const made = () => title.value.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 80);
  let follows = !slug.value || slug.value === made();
  slug.addEventListener("input", () => { follows = !slug.value; });
  title.addEventListener("input", () => { if (follows) slug.value = made(); });
}

/* --- The preview of a text that came back before anybody listened for it */

if (text) addEventListener("load", () => { if (text.value !== text.defaultValue) changed(); });

/* --- Saving; what is typed meanwhile draft.js keeps */

if (form) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

/* --- What a comment is about */

document.addEventListener("focusin", (event) => {
  const comment = event.target.closest("[data-comment]");
  if (!comment || !text || event.target.name !== "comment") return;
  const words = text.value.slice(text.selectionStart, text.selectionEnd).replace(/\s+/g, " ").trim().slice(0, LONGEST_QUOTE);
  const shown = comment.querySelector("[data-comment-quote]");
  comment.elements.quote.value = words;
  shown.textContent = words;
  shown.hidden = !words;
});
