// What goes over the wire: sent in a vendor's own form, and shown newest first with how to send it by hand.

const KEPT = 20;
const DEADLINE = 10_000; // Milliseconds. The vendors wait no longer for an answer.
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

export class Wire {
  #list;
  #empty;
  #words;
  #heard;

  // heard(exchange): called with every request, whatever became of it.
  constructor(root, words, heard) {
    this.#heard = heard;
    this.#list = root.querySelector("[data-exchanges]");
    this.#empty = root.querySelector("[data-wire-empty]");
    this.#words = words;
  }

  // Send one request and say what became of it; status 0: nothing did.
  async post(path, body, headers = FORM) {
    const url = new URL(path, location.href).href;
    const began = performance.now();
    const exchange = { url, path, body, headers, status: 0, text: "" };
    try {
      const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(DEADLINE) });
      exchange.text = await response.text();
      exchange.status = response.status;
    } catch {
      exchange.text = "";
    }
    exchange.took = Math.round(performance.now() - began);
    this.#add(exchange);
    this.#heard(exchange);
    return exchange;
  }

  #add(exchange) {
    const { path, body, status, text, took } = exchange;
    this.#empty.hidden = true;
    const item = document.createElement("li");
    const copy = document.createElement("button");
    copy.type = "button";
    copy.dataset.word = "curl";
    copy.dataset.copy = curl(exchange);
    copy.textContent = this.#words.say("curl");
    item.append(line("hop", `POST ${path}`), block("sent", body), line("hop", `${status || "—"} · ${took} ms`), block("got", text), copy);
    this.#list.prepend(item);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove();
  }
}

function curl({ url, body, headers }) {
  const more = headers === FORM ? "" : Object.entries(headers).map(([name, value]) => ` -H ${quoted(`${name}: ${value}`)}`).join("");
  return `curl --data-raw ${quoted(body)}${more} ${quoted(url)}`;
}

function quoted(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
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
