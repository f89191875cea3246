/* Secrets in what is typed or pasted into a text: <div data-mask-for="id of a textarea" data-url> (files/_mask_offer.html)
   asks the server, which knows what a secret looks like, and offers to mask them. Nothing is changed without a press. */
const PAUSE_MILLISECONDS = 900;

class Offer {
  constructor(box) {
    this.box = box;
    this.field = document.getElementById(box.dataset.maskFor);
    this.timer = 0;
    this.left = "";
    if (!this.field) return;
    this.field.addEventListener("input", () => this.soon());
    this.field.addEventListener("change", () => this.soon());
    // What was sent is looked at no more.
    this.field.form?.addEventListener("reset", () => {
      clearTimeout(this.timer);
      this.hide();
    });
    box.querySelector("[data-mask]").addEventListener("click", () => this.mask());
    box.querySelector("[data-leave]").addEventListener("click", () => {
      this.left = this.field.value;
      this.hide();
      this.field.focus();
    });
    if (this.field.value) this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE_MILLISECONDS);
  }

  async look() {
    const text = this.field.value;
    // Words without a digit and without "=" or ":" hold no secret that is known here.
    if (text.length < 8 || !/[\d=:]/.test(text) || text === this.left) return this.hide();
    const body = new URLSearchParams({ text, csrfmiddlewaretoken: this.field.form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(this.box.dataset.url, { method: "POST", body });
      if (!answer.ok || answer.redirected) return undefined;
      const found = await answer.json();
      if (this.field.value !== text) return undefined;
      if (!found.count) return this.hide();
      this.masked = found.text;
      this.box.querySelector("[data-words]").textContent = found.words;
      this.box.hidden = false;
    } catch { /* cut off: the text is looked at when it is changed again */ }
    return undefined;
  }

  mask() {
    this.field.value = this.masked;
    this.hide();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
  }

  hide() {
    this.box.hidden = true;
  }
}

for (const box of document.querySelectorAll("[data-mask-for]")) new Offer(box);
