// The SMS that a number has received, and those that were written on it.

import { hour, now } from "./clock.js";

const SHINE = 4000; // Milliseconds that a message stays marked once somebody has looked.

export class Inbox {
  #words;
  #list;
  #empty;
  #arrived;
  #each;
  #number = "";
  #known = null; // How many are known; null: nothing has been asked for this number yet.
  #fresh = 0;
  #away = false;

  // arrived(count): so many messages came since the page last looked. each(body): one of them.
  constructor(root, words, arrived, each) {
    this.#words = words;
    this.#each = each;
    this.#list = root.querySelector("[data-messages]");
    this.#empty = root.querySelector("[data-empty]");
    this.#arrived = arrived;
    words.onChange(() => this.#note());
  }

  // The messages of a number; null where nobody could say. What was there before the first look is not new.
  take(number, messages) {
    if (number !== this.#number) this.#forget(number);
    this.#away = messages === null;
    if (messages && messages.length > (this.#known ?? -1)) this.#show(messages);
    this.#note();
  }

  // One that was written here just now.
  wrote(number, to, body) {
    if (number !== this.#number) this.#forget(number);
    const element = bubble(body, now(), this.#words.say("sms_sent", { to }));
    element.classList.add("mine");
    this.#list.prepend(element);
    this.#note();
  }

  seen() {
    this.#fresh = 0;
    const fresh = this.#list.querySelectorAll(".new");
    setTimeout(() => fresh.forEach((item) => item.classList.remove("new")), SHINE);
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
    for (const message of messages.slice(from)) {
      this.#list.prepend(item(message, more > 0, this.#words));
      if (this.#known !== null) this.#each(message.body);
    }
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
  const element = bubble(body, Date.parse(sent_at), channel.toUpperCase());
  element.classList.toggle("new", fresh);
  if (fresh) {
    const badge = document.createElement("b");
    badge.dataset.word = "inbox_new";
    badge.textContent = words.say("inbox_new");
    element.firstElementChild.append(" ", badge);
  }
  return element;
}

function bubble(body, at, who) {
  const element = document.createElement("li");
  const head = document.createElement("p");
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = hour(at);
  head.append(who, " · ", time);
  const text = document.createElement("p");
  text.className = "said";
  text.textContent = body;
  element.append(head, text);
  return element;
}
