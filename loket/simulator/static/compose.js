// Where something is written and sent: Enter sends it, Shift and Enter begin a new line.

export class Compose {
  #form;
  #field;
  #send;
  #busy = false;

  // send(text): sends it; true where it went, and the field is empty again.
  constructor(form, send) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#send = send;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#go();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#go();
    });
  }

  // changed(text): called with every letter.
  onChange(changed) {
    this.#field.addEventListener("input", () => changed(this.#field.value));
  }

  type(text) {
    this.#field.value += text;
    this.#field.dispatchEvent(new Event("input"));
    this.#field.focus();
  }

  async #go() {
    const text = this.#field.value.trim();
    if (!text || this.#busy) return;
    this.#busy = true;
    if (await this.#send(text)) {
      this.#field.value = "";
      this.#field.dispatchEvent(new Event("input"));
    }
    this.#busy = false;
    this.#field.focus({ preventScroll: true });
  }
}
