/* Contract: <form data-draft="ticket-7"> keeps what is typed until it has arrived, so that an expired session, a crash
   or a lost connection costs nobody their words: at once in this browser, a moment later with {% kept_draft "ticket" %}
   on the server, where another browser finds it and signing out loses nothing. The name holds the person's id: two
   people at one computer never see each other's drafts. The newer of the two copies is offered.

   data-draft-fresh     the server sent the form back with errors: what stands in it is newer than the draft
   data-draft-again     the address of the empty form, where its path alone is not it
   [data-draft-kept]    the server's address and its copy (templates/drafts/_kept.html)
   [data-draft-state]   inside the form: says data-saved, data-saved-here or data-restored
   [data-draft-ignore]  fields in it are no words of anybody's: how and when to send
   [data-draft-forget]  a button that throws the draft away
   [data-draft-done]    anywhere on a page: the draft with this key (the field "submission_key" or "draft") has arrived

   The event "article-solved" (an article solved it, nothing need be filed) ends the draft of the form on the page.
   A form that is reset (a script sent it and the answer came) drops its draft. Fields that appear later get their
   answers when they are there. Files are kept by uploads.js. Drafts in a browser older than two weeks are dropped. */
const PREFIX = "draft:";
const KEPT_DAYS = 14;
const KEY_FIELDS = ["submission_key", "draft"];
const PAUSE_MILLISECONDS = 300;
const SERVER_PAUSE_MILLISECONDS = 1200;

// Of the server's clock, which dates its copy; this browser's may be wrong.
const AHEAD_MILLISECONDS = Date.now() - Date.parse(document.querySelector("meta[name=server-time]")?.content ?? new Date().toISOString());

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function write(name, draft) {
  try {
    localStorage.setItem(name, JSON.stringify(draft));
    return true;
  } catch {
    return false; // Full or forbidden: the form works without.
  }
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function forgetOld() {
  const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
  for (const name of names()) if (!(read(name)?.at > oldest)) localStorage.removeItem(name);
}

function forgetArrived() {
  const arrived = new Set([...document.querySelectorAll("[data-draft-done]")].map((one) => one.dataset.draftDone));
  for (const name of names()) if (arrived.has(read(name)?.key)) localStorage.removeItem(name);
}

/* What waits in the forms about one ticket, asked for once: {drafts: {place: copy}, files: [places]}. */
const asked = new Map();
export function waitingAbout(kept) {
  const address = kept.dataset.draftAbout;
  if (!asked.has(address)) asked.set(address, fetch(address).then((answer) => (answer.ok && !answer.redirected ? answer.json() : {})).catch(() => ({})));
  return asked.get(address);
}

const isKept = (field) => field.name && !["file", "hidden", "submit", "button"].includes(field.type) && !field.name.endsWith("_uploaded") && !field.name.endsWith("_original") && !field.closest("[data-draft-ignore]");

class Draft {
  constructor(form) {
    this.form = form;
    this.name = PREFIX + form.dataset.draft;
    this.state = form.querySelector("[data-draft-state]");
    this.forgetButton = form.querySelector("[data-draft-forget]");
    this.kept = form.querySelector("[data-draft-kept]");
    this.timer = 0;
    this.serverTimer = 0;
    this.later = null;
    this.giveKey();
    this.original = JSON.stringify(this.answers());
    this.onServer = "";
    if (!("draftFresh" in form.dataset)) this.begin();
    form.addEventListener("input", () => this.saveSoon());
    form.addEventListener("change", () => this.saveSoon());
    form.addEventListener("htmx:load", () => this.later && this.fillAll(this.later));
    this.forgetButton?.addEventListener("click", () => this.forget());
    form.addEventListener("reset", () => this.drop());
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented && !form.matches("[hx-post]")) return;
      // Kept here to the last letter, should the session have ended. On its way to the server already: a copy that
      // arrived there after it would come back from the dead.
      this.save();
      this.rest();
    });
    document.addEventListener("article-solved", () => this.end());
    addEventListener("pagehide", () => this.timer && this.save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.serverTimer) this.saveOnServer(true);
    });
  }

  get keyField() {
    return KEY_FIELDS.map((name) => this.form.elements[name]).find(Boolean);
  }

  giveKey() {
    const field = this.keyField;
    if (field && !field.value && crypto.randomUUID) field.value = crypto.randomUUID();
  }

  /* {name: [texts]}: several of one name are several ticks. */
  answers() {
    const answers = {};
    for (const field of this.form.elements) if (isKept(field)) answers[field.name] ??= [];
    for (const [name, value] of new FormData(this.form)) if (name in answers && typeof value === "string") answers[name].push(value);
    return answers;
  }

  async begin() {
    if (!this.kept?.dataset.draftAbout) return this.restore(this.keptCopy(JSON.parse(this.kept?.querySelector("script")?.textContent || "{}")));
    if (read(this.name)) this.restore(null);
    const before = JSON.stringify(this.answers());
    const { drafts } = await waitingAbout(this.kept);
    const copy = this.keptCopy(drafts?.[this.kept.dataset.draftPlace] ?? {});
    // Who types already has moved on.
    return JSON.stringify(this.answers()) === before ? this.restore(copy) : undefined;
  }

  restore(there) {
    const here = read(this.name);
    const local = here?.answers ? { ...here, at: here.at - AHEAD_MILLISECONDS } : null;
    const draft = local && (!there || local.at >= there.at - SERVER_PAUSE_MILLISECONDS) ? local : there;
    if (!draft) return;
    const answers = Object.fromEntries(Object.entries(draft.answers).map(([name, value]) => [name, [value].flat()]));
    this.later = answers;
    // The same key again: had it arrived after all, sending it twice files one ticket.
    if (this.keyField && draft.key) this.keyField.value = draft.key;
    const changed = this.fillAll(answers);
    if (draft === there) write(this.name, { at: Date.now(), key: draft.key, answers });
    this.say("restored");
    for (const field of changed) field.dispatchEvent(new Event("change", { bubbles: true }));
    this.rest();
  }

  keptCopy(copy) {
    if (!copy.content) return null;
    this.onServer = JSON.stringify(copy.content);
    return { at: copy.at, key: copy.key, answers: copy.content };
  }

  /* Fill what is there; what is not yet waits for the part of the form that brings it. Returns what was filled. */
  fillAll(answers) {
    const changed = [];
    for (const [name, values] of Object.entries(answers)) {
      const fields = [...this.form.elements].filter((field) => field.name === name && isKept(field));
      if (!fields.length) continue;
      if (answers === this.later) delete this.later[name];
      fields.forEach((field, index) => this.fill(field, values, index) && changed.push(field));
    }
    return changed;
  }

  fill(field, values, index) {
    if (field.type === "checkbox" || field.type === "radio") {
      const checked = values.includes(field.value);
      if (field.type === "radio" && !checked) return false;
      const isNew = field.checked !== checked;
      field.checked = checked;
      return isNew;
    }
    if (field instanceof HTMLSelectElement && field.multiple) {
      for (const option of field.options) option.selected = values.includes(option.value);
      return true;
    }
    const value = values[index] ?? "";
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) return false;
    if (field.value === value) return false;
    field.value = value;
    return true;
  }

  saveSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MILLISECONDS);
    if (!this.kept) return;
    clearTimeout(this.serverTimer);
    this.serverTimer = setTimeout(() => this.saveOnServer(), SERVER_PAUSE_MILLISECONDS);
  }

  save() {
    clearTimeout(this.timer);
    this.timer = 0;
    const answers = this.answers();
    if (JSON.stringify(answers) === this.original) return;
    if (write(this.name, { at: Date.now(), key: this.keyField?.value ?? "", answers })) this.say("savedHere");
  }

  async saveOnServer(isLeaving = false) {
    clearTimeout(this.serverTimer);
    this.serverTimer = 0;
    const content = this.answers();
    const text = JSON.stringify(content);
    if (text === this.original || text === this.onServer) return;
    try {
      const answer = await this.ask("PUT", JSON.stringify({ content, key: this.keyField?.value ?? "" }), isLeaving);
      if (!answer.ok || answer.redirected) return;
      this.onServer = text;
      if (!this.serverTimer) this.say("saved");
    } catch { /* signed out or cut off: this browser has it, and the next keystroke tries again */ }
  }

  ask(method, body, keepalive = false) {
    this.abort = new AbortController();
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken?.value ?? "" };
    return fetch(this.kept.dataset.draftKept, { method, headers, body, keepalive: keepalive && body.length < 60_000, signal: this.abort.signal });
  }

  say(what) {
    if (this.state) this.state.textContent = this.state.dataset[what] ?? this.state.dataset.saved ?? "";
    if (this.forgetButton) this.forgetButton.hidden = false;
  }

  async forget() {
    this.drop();
    await this.forgetOnServer();
    location.assign(this.form.dataset.draftAgain ?? location.pathname);
  }

  /* Nothing need be sent any more: the thanks stand where the form stood. */
  end() {
    this.drop();
    this.forgetOnServer();
    const thanks = document.getElementById("solved-thanks");
    if (thanks) this.form.replaceChildren(thanks.content.cloneNode(true));
  }

  async forgetOnServer() {
    if (!this.kept) return;
    try {
      await this.ask("DELETE");
    } catch { /* it is offered again, and can be thrown away again */ }
  }

  rest() {
    clearTimeout(this.timer);
    clearTimeout(this.serverTimer);
    this.timer = this.serverTimer = 0;
    this.abort?.abort();
  }

  drop() {
    this.rest();
    this.later = null;
    localStorage.removeItem(this.name);
    this.onServer = "";
  }
}

forgetOld();
forgetArrived();
for (const form of document.querySelectorAll("form[data-draft]")) new Draft(form);
