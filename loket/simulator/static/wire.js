// What went over the wire, newest first, and how to send it by hand.

const KEPT = 20;

export class Wire {
  #list;
  #empty;
  #words;

  constructor(root, words) {
    this.#list = root.querySelector("[data-exchanges]");
    this.#empty = root.querySelector("[data-wire-empty]");
    this.#words = words;
  }

  add({ url, path, body, status, text, took }) {
    this.#empty.hidden = true;
    const item = document.createElement("li");
    const copy = document.createElement("button");
    copy.type = "button";
    copy.dataset.word = "curl";
    copy.dataset.copy = `curl --data-raw '${body}' '${url}'`; // A form holds no quotation mark unescaped.
    copy.textContent = this.#words.say("curl");
    item.append(line("hop", `POST ${path}`), block("sent", body), line("hop", `${status || "—"} · ${took} ms`), block("got", text), copy);
    this.#list.prepend(item);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove();
  }
}

function line(name, text) {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}

function block(name, text) {
  const element = document.createElement("pre");
  element.className = name;
  element.textContent = text || "(—)";
  return element;
}
