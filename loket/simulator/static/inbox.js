// The SMS that a number has received, asked for every few seconds while somebody looks.

const SHINE = 4000; // Milliseconds that a message stays marked once somebody has looked.

export class Inbox {
  #url;
  #words;
  #list;
  #empty;
  #arrived;
  #number = "";
  #known = null; // How many are known; null: nothing has been asked for this number yet.
  #fresh = 0;
  #away = false;

  // arrived(count): so many messages came since the page last looked.
  constructor(root, url, words, arrived) {
    this.#url = url;
    this.#words = words;
    this.#list = root.querySelector("[data-messages]");
    this.#empty = root.querySelector("[data-empty]");
    this.#arrived = arrived;
    words.onChange(() => this.#note());
  }

  // Ask for the messages of a number. What was there before the first look is not new.
  async poll(number) {
    if (number !== this.#number) this.#forget(number);
    const messages = await this.#fetched(number);
    if (number !== this.#number) return; // Another number was written meanwhile.
    this.#away = messages === null;
    if (messages && messages.length > (this.#known ?? -1)) this.#show(messages);
    this.#note();
  }

  seen() {
    this.#fresh = 0;
    const fresh = this.#list.querySelectorAll(".new");
    setTimeout(() => fresh.forEach((item) => item.classList.remove("new")), SHINE);
  }

  async #fetched(number) {
    try {
      const response = await fetch(`${this.#url}?phone=${encodeURIComponent(number)}`, { cache: "no-store" });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  #forget(number) {
    this.#number = number;
    this.#known = null;
    this.#fresh = 0;
    this.#list.replaceChildren();
    this.#arrived(0);
  }

  #show(messages) {
    const more = this.#known === null ? 0 : Math.max(0, messages.length - this.#known);
    const from = this.#known === null ? 0 : this.#known;
    for (const message of messages.slice(from)) this.#list.prepend(item(message, more > 0, this.#words));
    this.#known = messages.length;
    this.#fresh += more;
    this.#arrived(this.#fresh);
  }

  #note() {
    this.#empty.hidden = !this.#away && this.#list.children.length > 0;
    this.#empty.textContent = this.#words.say(this.#away ? "inbox_away" : "inbox_empty");
  }
}

function item({ channel, body, sent_at }, fresh, words) {
  const element = document.createElement("li");
  element.classList.toggle("new", fresh);
  const head = document.createElement("p");
  const time = document.createElement("time");
  time.dateTime = sent_at;
  time.textContent = new Date(sent_at).toLocaleTimeString(words.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  head.append(channel.toUpperCase(), " · ", time);
  if (fresh) {
    const badge = document.createElement("b");
    badge.dataset.word = "inbox_new";
    badge.textContent = words.say("inbox_new");
    head.append(" ", badge);
  }
  const text = document.createElement("p");
  text.className = "said";
  text.textContent = body;
  element.append(head, text);
  return element;
}
