// What happened on both phones, and the scenario that it makes.

const KEPT = 500;
const PHONES = ["me", "neighbour"]; // As scenarios call whoever holds a phone.

export class Record {
  #happened = [];

  // The request of a phone and its answer.
  heard(phone, { path, body, text }) {
    this.#keep({ on: PHONES[phone], path, body, answer: text });
  }

  // An SMS came.
  got(phone, message) {
    this.#keep({ on: PHONES[phone], message });
  }

  get empty() {
    return this.#happened.length === 0;
  }

  // Ask the server for the file, and hand it to the browser. Whether it went.
  async save(url) {
    try {
      const response = await fetch(url, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(this.#happened),
      });
      if (!response.ok) return false;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = "scenario.yml";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      return true;
    } catch {
      return false;
    }
  }

  #keep(one) {
    this.#happened.push(one);
    if (this.#happened.length > KEPT) this.#happened.shift();
  }
}
