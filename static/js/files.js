/* Contract: <div data-files> around an <input type="file" multiple>. Files may be chosen, dropped on the
   form or pasted into it, several times; they are listed with their sizes and can be taken out again before sending.
   What the server would refuse (data-max-bytes, data-max-count, empty files) is refused here already, in the words of
   data-too-large, data-too-many and data-empty. Without this script the plain file input works. */
class Files {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector('input[type="file"]');
    this.list = box.querySelector("[data-files-list]");
    this.row = box.querySelector("[data-files-row]");
    this.errors = box.querySelector("[data-files-errors]");
    this.target = box.querySelector("[data-files-target]");
    this.chooser = box.querySelector("[data-files-choose]");
    this.files = [];

    // The input's own button speaks the browser's language, not the page's.
    this.input.hidden = true;
    this.chooser.hidden = false;
    box.querySelector("[data-files-hint]").hidden = false;
    this.chooser.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => this.add([...this.input.files]));

    const form = this.input.form;
    form.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length) return;
      event.preventDefault();
      this.add(pasted.map((file) => this.named(file)));
    });
    form.addEventListener("reset", () => setTimeout(() => {
      this.files = [];
      this.show();
    }));
    form.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.target.classList.add("is-over");
    });
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) this.target.classList.remove("is-over");
    });
    form.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.target.classList.remove("is-over");
      this.add([...event.dataTransfer.files]);
    });
  }

  /* Every pasted screenshot is called "image.png"; a number tells them apart. */
  named(file) {
    if (!this.files.some((other) => other.name === file.name)) return file;
    const dot = file.name.lastIndexOf(".");
    const name = `${file.name.slice(0, dot)}-${this.files.length + 1}${file.name.slice(dot)}`;
    return new File([file], name, { type: file.type, lastModified: file.lastModified });
  }

  add(added) {
    const problems = [];
    for (const file of added) {
      if (this.files.some((other) => other.name === file.name && other.size === file.size && other.lastModified === file.lastModified)) continue;
      const problem = this.problem(file);
      if (problem) problems.push(problem);
      else this.files.push(file);
    }
    this.show(problems);
  }

  problem(file) {
    const { maxBytes, maxCount, tooLarge, tooMany, empty } = this.box.dataset;
    if (file.size > Number(maxBytes)) return this.words(tooLarge, { name: file.name, size: this.size(file.size), limit: this.size(Number(maxBytes)) });
    if (!file.size) return this.words(empty, { name: file.name });
    if (this.files.length >= Number(maxCount)) return this.words(tooMany, { limit: maxCount });
    return "";
  }

  words(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  size(bytes) {
    const units = ["byte", "kilobyte", "megabyte"];
    const step = bytes < 1024 ? 0 : bytes < 1024 * 1024 ? 1 : 2;
    return new Intl.NumberFormat(document.documentElement.lang, {
      style: "unit",
      unit: units[step],
      unitDisplay: "short",
      maximumFractionDigits: step === 2 ? 1 : 0,
    }).format(bytes / 1024 ** step);
  }

  show(problems = []) {
    const chosen = new DataTransfer();
    for (const file of this.files) chosen.items.add(file);
    this.input.files = chosen.files;
    this.list.hidden = !this.files.length;
    this.list.replaceChildren(...this.files.map((file) => this.rowOf(file)));
    this.errors.replaceChildren(...[...new Set(problems)].map((problem) => {
      const line = document.createElement("p");
      line.className = "field__error";
      line.textContent = problem;
      return line;
    }));
  }

  rowOf(file) {
    const row = this.row.content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size]").textContent = this.size(file.size);
    const button = row.querySelector("[data-remove-file]");
    button.setAttribute("aria-label", this.words(this.box.dataset.remove, { name: file.name }));
    button.addEventListener("click", () => {
      this.files = this.files.filter((other) => other !== file);
      this.show();
      this.chooser.focus();
    });
    return row;
  }
}

for (const box of document.querySelectorAll("[data-files]")) new Files(box);
