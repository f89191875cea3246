/* Contract: <form data-draft="ticket-7"> keeps what is typed in this browser until it has arrived, so that an expired
   session, a crash or a lost connection costs nobody their words. The name holds the person's id: two people at one
   computer never see each other's drafts.

   data-draft-fresh     the server sent the form back with errors: what stands in it is newer than the draft
   [data-draft-state]   inside the form: says data-saved or data-restored
   [data-draft-forget]  a button that throws the draft away
   [data-draft-done]    anywhere on a page: the draft with this key (the field "submission_key" or "draft") has arrived

   The event "article-solved" (an article solved it, nothing need be filed) ends the draft of the form on the page.
   A form that is reset (a script sent it and the answer came) drops its draft. Files cannot be kept. Drafts older than two weeks are dropped. */
const PREFIX = "draft:";
const KEPT_DAYS = 14;
const KEY_FIELDS = ["submission_key", "draft"];
const PAUSE_MILLISECONDS = 300;

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

class Draft {
  constructor(form) {
    this.form = form;
    this.name = PREFIX + form.dataset.draft;
    this.state = form.querySelector("[data-draft-state]");
    this.forgetButton = form.querySelector("[data-draft-forget]");
    this.timer = 0;
    this.giveKey();
    this.original = JSON.stringify(this.answers());
    if (!("draftFresh" in form.dataset)) this.restore();
    form.addEventListener("input", () => this.saveSoon());
    form.addEventListener("change", () => this.saveSoon());
    this.forgetButton?.addEventListener("click", () => this.forget());
    form.addEventListener("reset", () => this.drop());
    document.addEventListener("article-solved", () => this.end());
    addEventListener("pagehide", () => this.timer && this.save());
  }

  get keyField() {
    return KEY_FIELDS.map((name) => this.form.elements[name]).find(Boolean);
  }

  giveKey() {
    const field = this.keyField;
    if (field && !field.value && crypto.randomUUID) field.value = crypto.randomUUID();
  }

  answers() {
    const answers = {};
    for (const [name, value] of new FormData(this.form))
      if (typeof value === "string" && name !== "csrfmiddlewaretoken" && !KEY_FIELDS.includes(name)) answers[name] = value;
    return answers;
  }

  restore() {
    const draft = read(this.name);
    if (!draft?.answers) return;
    for (const [name, value] of Object.entries(draft.answers)) this.fill(name, value);
    // The same key again: had it arrived after all, sending it twice files one ticket.
    if (this.keyField && draft.key) this.keyField.value = draft.key;
    this.say("restored");
    for (const field of this.form.elements) if (field.name in draft.answers) field.dispatchEvent(new Event("change", { bubbles: true }));
    clearTimeout(this.timer);
    this.timer = 0;
  }

  fill(name, value) {
    const field = this.form.elements[name];
    if (!field || field.type === "file" || field.type === "hidden") return;
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) return;
    field.value = value;
  }

  saveSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MILLISECONDS);
  }

  save() {
    clearTimeout(this.timer);
    this.timer = 0;
    const answers = this.answers();
    if (JSON.stringify(answers) === this.original) return;
    if (write(this.name, { at: Date.now(), key: this.keyField?.value ?? "", answers })) this.say("saved");
  }

  say(what) {
    if (this.state) this.state.textContent = this.state.dataset[what] ?? "";
    if (this.forgetButton) this.forgetButton.hidden = false;
  }

  forget() {
    this.drop();
    location.assign(location.pathname);
  }

  /* Nothing need be sent any more: the thanks stand where the form stood. */
  end() {
    this.drop();
    const thanks = document.getElementById("solved-thanks");
    if (thanks) this.form.replaceChildren(thanks.content.cloneNode(true));
  }

  drop() {
    clearTimeout(this.timer);
    this.timer = 0;
    localStorage.removeItem(this.name);
  }
}

forgetOld();
forgetArrived();
for (const form of document.querySelectorAll("form[data-draft]")) new Draft(form);
