/* Files of a form, uploaded as soon as they are chosen, dropped or pasted (templates/tickets/_files.html).
   Contract:
     <div data-uploads="/uploads/" data-place="ticket" data-name="field that takes the ids" …words…>
       <input type="file" multiple>          [data-uploads-choose] a button instead of it
       [data-uploads-list]                   rows: those of the server (files/_upload.html) and those still sending
       <template data-uploads-row>           a row that is sending
       [data-uploads-original]               ticked: files added from now on are kept as they are
   The protocol is tus 1.0.0: parts of data-part-bytes, each behind the last; after a broken connection the server is
   asked where to go on. A form that is sent while files are on their way waits for them. A form that is reset (it was
   sent by htmx) loses its rows. What the server would refuse is refused here already, in its words.
   Events on the box: "uploads-changed". Without this script the plain file input works. */
import { waitingAbout } from "./draft.js";

const TUS = { "Tus-Resumable": "1.0.0" };
const AT_ONCE = 2;
const WAITS_SECONDS = [1, 2, 4, 8, 15, 30];

const words = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function sized(bytes) {
  const step = bytes < 1024 ? 0 : bytes < 1024 * 1024 ? 1 : 2;
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit: ["byte", "kilobyte", "megabyte"][step],
    unitDisplay: "short",
    maximumFractionDigits: step === 2 ? 1 : 0,
  }).format(bytes / 1024 ** step);
}

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

class Refusal extends Error {}
class SignedOut extends Error {}
class Broken extends Error {}

/* One request, with the progress of what is sent. */
function request(method, url, { headers = {}, body = null, token = "", onProgress, onStart } = {}) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    onStart?.(xhr);
    xhr.open(method, url);
    for (const [name, value] of Object.entries({ ...TUS, "X-CSRFToken": token, ...headers })) xhr.setRequestHeader(name, value);
    xhr.upload.addEventListener("progress", (event) => onProgress?.(event.loaded));
    xhr.addEventListener("load", () => {
      if (!xhr.getResponseHeader("Tus-Resumable")) reject(xhr.status === 403 || xhr.status < 400 || xhr.status === 405 ? new SignedOut() : new Broken());
      else if (xhr.status >= 500 && xhr.status !== 507) reject(new Broken());
      else if (xhr.status >= 400 && xhr.status !== 409) reject(new Refusal(xhr.status === 404 ? "" : xhr.responseText));
      else resolve(xhr);
    });
    for (const name of ["error", "timeout", "abort"]) xhr.addEventListener(name, () => reject(new Broken()));
    xhr.send(body);
  });
}

class Sending {
  constructor(box, file, url = "", received = 0) {
    Object.assign(this, { box, file, url, received, failures: 0, state: "queued", isOver: false, mustAsk: Boolean(url) });
    this.original = box.original?.checked ?? false;
    this.row = box.template.content.firstElementChild.cloneNode(true);
    this.bar = this.row.querySelector("progress");
    this.note = this.row.querySelector("[data-state]");
    this.retry = this.row.querySelector("[data-try-again]");
    this.row.querySelector("[data-name]").textContent = file.name;
    this.row.querySelector("[data-size]").textContent = sized(file.size);
    this.bar.setAttribute("aria-label", file.name);
    const remove = this.row.querySelector("[data-upload-remove]");
    remove.setAttribute("aria-label", words(box.words.remove, { name: file.name }));
    remove.addEventListener("click", () => this.cancel());
    this.retry.addEventListener("click", () => {
      this.failures = 0;
      this.box.retry(this);
    });
    this.progress(received);
  }

  progress(sent) {
    const percent = Math.floor((sent / this.file.size) * 100);
    this.bar.value = percent;
    this.say(sent >= this.file.size ? this.box.words.finishing : words(this.box.words.sending, { percent }));
  }

  say(text, isBad = false) {
    this.note.textContent = text;
    this.note.classList.toggle("hot", isBad);
    this.note.classList.toggle("faint", !isBad);
  }

  async run() {
    this.state = "sending";
    this.retry.hidden = true;
    while (!this.isOver) {
      try {
        if (!this.url) await this.announce();
        else if (this.failures || this.mustAsk) await this.ask();
        while (this.received < this.file.size) await this.sendPart();
        return await this.finish();
      } catch (error) {
        if (this.isOver) return undefined;
        if (!(error instanceof Broken)) return this.fail(error);
        if (this.failures >= WAITS_SECONDS.length && navigator.onLine) return this.fail(error);
        await this.wait(WAITS_SECONDS[Math.min(this.failures++, WAITS_SECONDS.length - 1)]);
      }
    }
    return undefined;
  }

  async announce() {
    const about = { filename: this.file.name, place: this.box.place, ...(this.original && { original: "1" }) };
    const metadata = Object.entries(about).map(([name, value]) => `${name} ${encoded(value)}`).join(",");
    const answer = await this.fetch("POST", this.box.url, { headers: { "Upload-Length": this.file.size, "Upload-Metadata": metadata } });
    this.url = answer.getResponseHeader("Location");
  }

  async ask() {
    const answer = await this.fetch("HEAD", this.url);
    this.received = Number(answer.getResponseHeader("Upload-Offset"));
    this.mustAsk = false;
  }

  async sendPart() {
    const part = this.file.slice(this.received, this.received + this.box.partBytes);
    const answer = await this.fetch("PATCH", this.url, {
      headers: { "Upload-Offset": this.received, "Content-Type": "application/offset+octet-stream" },
      body: part,
      onProgress: (loaded) => this.progress(this.received + loaded),
    });
    this.received = Number(answer.getResponseHeader("Upload-Offset"));
    this.failures = 0;
    this.progress(this.received);
  }

  fetch(method, url, options = {}) {
    return request(method, url, { ...options, token: this.box.token, onStart: (xhr) => { this.xhr = xhr; } });
  }

  async wait(seconds) {
    this.say(navigator.onLine ? words(this.box.words.again, { seconds }) : this.box.words.offline);
    await new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      addEventListener("online", done);
      this.wake = done;
    });
  }

  /* Done once the row that goes with the form is there: a form sent before would go without the file. */
  async finish() {
    await window.htmx.ajax("GET", `${this.url}?name=${encodeURIComponent(this.box.fieldName)}`, { target: this.row, swap: "outerHTML", source: this.row });
    if (this.row.isConnected) return this.fail(new Broken());
    this.state = "done";
    this.box.tell(words(this.box.words.done, { name: this.file.name }));
    return undefined;
  }

  fail(error) {
    this.state = "failed";
    const text = error instanceof SignedOut ? this.box.words.signedOut : error.message || this.box.words.failed;
    this.say(text, true);
    this.box.tell(`${this.file.name}: ${text}`);
    // What was refused for what it is would be refused again.
    this.retry.hidden = error instanceof Refusal && Boolean(error.message) && this.received === 0 && !this.url;
    this.bar.hidden = this.retry.hidden;
  }

  cancel() {
    this.isOver = true;
    this.state = "cancelled";
    this.xhr?.abort();
    this.wake?.();
    if (this.url) request("DELETE", this.url, { token: this.box.token }).catch(() => {});
    this.box.forget(this);
  }
}

class Uploads {
  constructor(box) {
    this.element = box;
    this.url = box.dataset.uploads;
    this.place = box.dataset.place;
    this.fieldName = box.dataset.name;
    this.partBytes = Number(box.dataset.partBytes);
    this.words = box.dataset;
    this.input = box.querySelector('input[type="file"]');
    this.original = box.querySelector("[data-uploads-original]");
    this.list = box.querySelector("[data-uploads-list]");
    this.template = box.querySelector("template[data-uploads-row]");
    this.errors = box.querySelector("[data-uploads-errors]");
    this.status = box.querySelector("[data-uploads-status]");
    this.target = box.querySelector("[data-uploads-target]");
    this.chooser = box.querySelector("[data-uploads-choose]");
    this.form = this.input.form;
    this.sendings = [];

    // The input's own button speaks the browser's language, not the page's; and its files are uploaded, not sent.
    this.input.hidden = true;
    this.chooser.hidden = false;
    box.querySelector("[data-uploads-hint]").hidden = false;
    this.chooser.addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-upload]");
      if (row && event.target.closest("[data-upload-remove]")) this.remove(row);
    });
    this.list.addEventListener("htmx:load", () => this.dress());
    this.dress();
    this.listen();
    this.load();
  }

  get token() {
    return this.form.elements.csrfmiddlewaretoken?.value ?? "";
  }

  get rows() {
    return [...this.list.querySelectorAll("[data-upload]")];
  }

  get busy() {
    return this.sendings.filter((one) => ["queued", "sending"].includes(one.state));
  }

  listen() {
    const { form } = this;
    form.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length || event.defaultPrevented) return;
      event.preventDefault();
      this.add(pasted.map((file) => this.named(file)));
    });
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
    // A reply that was taken back brings its files along.
    form.addEventListener("uploads-returned", () => this.fetchRows());
    form.addEventListener("reset", () => setTimeout(() => {
      for (const row of this.rows) row.remove();
      this.changed();
    }));
    // Before everybody else: a form waits for its files, whoever else would send it.
    addEventListener("submit", (event) => {
      if (event.target !== form || !this.busy.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.waiting = { submitter: event.submitter };
      this.tell(this.words.waiting);
      this.show([this.words.waiting]);
    }, true);
    addEventListener("beforeunload", (event) => {
      if (this.busy.length) event.preventDefault();
    });
  }

  /* The server's rows get the buttons that need a script, and lose the tick that replaces them without one. */
  dress() {
    for (const row of this.rows) {
      row.querySelector("[data-upload-remove]").hidden = false;
      row.querySelector(".upload__tick")?.classList.add("unseen");
    }
    this.changed();
  }

  /* What waits from before, where the page came without it. */
  async load() {
    const address = this.words.later;
    const kept = this.form.querySelector("[data-draft-about]");
    if (!address || !kept || !(await waitingAbout(kept)).files?.includes(this.place)) return;
    await this.fetchRows();
  }

  async fetchRows() {
    const address = this.words.later;
    if (!address) return;
    await window.htmx.ajax("GET", address, { target: this.list, swap: "afterbegin", source: this.list });
    this.dress();
  }

  changed() {
    this.element.classList.toggle("has-files", Boolean(this.list.children.length));
    this.element.dispatchEvent(new CustomEvent("uploads-changed", { bubbles: true }));
  }

  /* Every pasted screenshot is called "image.png"; a number tells them apart. */
  named(file) {
    const taken = new Set([...this.rows.map((row) => row.dataset.uploadName), ...this.sendings.map((one) => one.file.name)]);
    if (!taken.has(file.name)) return file;
    const dot = file.name.lastIndexOf(".");
    const name = `${file.name.slice(0, dot)}-${taken.size + 1}${file.name.slice(dot)}`;
    return new File([file], name, { type: file.type, lastModified: file.lastModified });
  }

  add(files) {
    const problems = [];
    for (const file of files) {
      if (this.sendings.some(({ file: other }) => other.name === file.name && other.size === file.size && other.lastModified === file.lastModified)) continue;
      const broken = this.rows.find((row) => row.dataset.uploadState === "arriving" && row.dataset.uploadName === file.name && Number(row.dataset.uploadSize) === file.size);
      const problem = broken ? "" : this.problem(file);
      if (problem) {
        problems.push(problem);
        continue;
      }
      const sending = new Sending(this, file, broken?.dataset.upload, Number(broken?.dataset.uploadReceived ?? 0));
      if (broken) broken.replaceWith(sending.row);
      else this.list.append(sending.row);
      this.sendings.push(sending);
    }
    this.show(problems);
    this.changed();
    this.next();
  }

  problem(file) {
    const { maxBytes, maxCount, tooLarge, tooMany, empty } = this.words;
    if (file.size > Number(maxBytes)) return words(tooLarge, { name: file.name, size: sized(file.size), limit: sized(Number(maxBytes)) });
    if (!file.size) return words(empty, { name: file.name });
    if (this.list.children.length >= Number(maxCount)) return words(tooMany, { limit: maxCount });
    return "";
  }

  next() {
    const running = this.sendings.filter((one) => one.state === "sending").length;
    for (const sending of this.sendings.filter((one) => one.state === "queued").slice(0, AT_ONCE - running)) this.start(sending);
  }

  async start(sending) {
    await sending.run();
    if (sending.state === "done") this.sendings = this.sendings.filter((one) => one !== sending);
    this.dress();
    this.next();
    this.goOn();
  }

  retry(sending) {
    sending.state = "queued";
    sending.mustAsk = Boolean(sending.url);
    sending.bar.hidden = false;
    this.next();
  }

  /* The form was to be sent, and its files are there. */
  goOn() {
    if (!this.waiting || this.busy.length) return;
    const { submitter } = this.waiting;
    this.waiting = null;
    this.show([]);
    if (submitter?.isConnected) this.form.requestSubmit(submitter);
    else this.form.requestSubmit();
  }

  forget(sending) {
    this.sendings = this.sendings.filter((one) => one !== sending);
    sending.row.remove();
    this.chooser.focus();
    this.changed();
    this.next();
    this.goOn();
  }

  async remove(row) {
    try {
      await request("DELETE", row.dataset.upload, { token: this.token });
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.show([error instanceof SignedOut ? this.words.signedOut : this.words.failed]);
        return;
      }
    }
    row.remove();
    this.chooser.focus();
    this.changed();
  }

  tell(text) {
    this.status.textContent = text;
  }

  show(problems) {
    this.errors.replaceChildren(...[...new Set(problems)].map((problem) => {
      const line = document.createElement("p");
      line.className = "field__error";
      line.textContent = problem;
      return line;
    }));
  }
}

for (const box of document.querySelectorAll("[data-uploads]")) new Uploads(box);
