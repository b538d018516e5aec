// A chat on WhatsApp: bubbles, buttons and lists. What is pressed goes as its id, the way Meta tells it.

import { hour, now } from "./clock.js";
import { Compose } from "./compose.js";

export class Chat {
  #words;
  #url;
  #phone;
  #list;
  #empty;
  #nameless;
  #whose = "";
  #known = null; // How many of Loket's are known; null: nothing has been asked for this person yet.
  #arrived;
  #each;

  // url: where the server writes an event as Meta would and signs it. arrived(): something new came. each(body): it.
  constructor(root, { words, url, phone, arrived, each }) {
    this.#words = words;
    this.#url = url;
    this.#phone = phone;
    this.#arrived = arrived;
    this.#each = each;
    this.#list = root.querySelector("[data-bubbles]");
    this.#empty = root.querySelector("[data-chat-empty]");
    this.#nameless = root.querySelector("[data-nameless]");
    this.compose = new Compose(root.querySelector("[data-chat-form]"), (text) => this.#do({ kind: "text", text }, text));
    for (const button of root.querySelectorAll("[data-attach]")) {
      const kind = button.dataset.attach;
      button.addEventListener("click", () => this.#do({ kind }, null, `sent_${kind}`));
    }
  }

  // Who is asked for: by WhatsApp's own name of a person, where the number is not shown.
  get query() {
    return this.#nameless.checked ? `user=${this.#user}` : `phone=${encodeURIComponent(this.#phone.handset.number)}`;
  }

  get nameless() {
    return this.#nameless.checked;
  }

  // Everything that Loket has said here; null where nobody could say.
  take(query, messages) {
    if (query !== this.#whose) this.#forget(query);
    if (!messages) return;
    const first = this.#known === null;
    const fresh = messages.slice(this.#known ?? 0);
    for (const message of fresh) this.#add(this.#theirs(message));
    this.#known = Math.max(this.#known ?? 0, messages.length);
    if (first) return;
    for (const { body } of fresh) this.#each(body);
    if (fresh.length) this.#arrived();
  }

  // Meta's name of the person on this phone; always the same, whatever they show of themselves.
  get #user() {
    return `ID.4566${this.#phone.handset.number.slice(1)}`;
  }

  #forget(query) {
    this.#whose = query;
    this.#known = null;
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  // Said or pressed by the person. text: as it is shown; word: what stands for it where it has no text.
  async #do(event, text, word = "") {
    const { handset, wire } = this.#phone;
    if (!handset.numberIsGood) return false;
    const who = { user: this.#user, ...(!this.#nameless.checked && { from: handset.number }) };
    const signed = await this.#signed({ ...who, ...event });
    if (!signed) {
      handset.say("jump_away");
      return false;
    }
    const headers = { "Content-Type": "application/json", "X-Hub-Signature-256": signed.signature };
    const send = () => wire.post(signed.path, signed.body, headers);
    const { status, text: answer } = await send();
    if (status !== 200) {
      handset.say("refused", { status, reason: answer.slice(0, 80) });
      return false;
    }
    handset.wrote(send);
    if (this.query !== this.#whose) this.#forget(this.query);
    this.#add(this.#mine(text, word));
    return true;
  }

  async #signed(event) {
    try {
      const response = await fetch(this.#url, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(event),
      });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }

  #add(bubble) {
    this.#empty.hidden = true;
    this.#list.append(bubble);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #mine(text, word) {
    const element = piece("li", "mine");
    const said = piece("p", text === null ? "said attached" : "said", text ?? this.#words.say(word));
    if (word) said.dataset.word = word;
    element.append(said, time(now()));
    return element;
  }

  #theirs({ body, sent_at, shown }) {
    const element = piece("li", "theirs");
    element.append(spoken(shown.body || body), time(Date.parse(sent_at)));
    if (shown.kind === "buttons") element.append(...shown.choices.map((choice) => this.#button(choice, "button", element)));
    if (shown.kind === "list") element.append(this.#rows(shown.choices, element));
    return element;
  }

  #rows(choices, bubble) {
    const details = piece("details", "rows");
    const summary = piece("summary", "", this.#words.say("chat_list"));
    summary.dataset.word = "chat_list";
    details.append(summary, ...choices.map((choice) => this.#button(choice, "list", bubble)));
    return details;
  }

  #button({ id, title, detail }, kind, bubble) {
    const button = piece("button", "press");
    button.type = "button";
    button.append(piece("span", "", title));
    if (detail) button.append(piece("small", "", detail));
    button.addEventListener("click", async () => {
      const gone = await this.#do({ kind: `${kind}_reply`, id, text: title }, title);
      if (gone && kind === "list") bubble.querySelector("details").open = false;
      if (gone && kind === "button") for (const each of bubble.querySelectorAll(".press")) each.disabled = true;
    });
    return button;
  }
}

function piece(tag, name, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

const BOLD = /(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])/; // But not the stars of a code that is dialled.

// As WhatsApp shows it: what stands between two stars is bold.
function spoken(text) {
  const element = piece("p", "said");
  text.split(BOLD).forEach((part, n) => element.append(n % 2 ? piece("b", "", part) : part));
  return element;
}

function time(at) {
  const element = piece("time", "", hour(at));
  element.dateTime = new Date(at).toISOString();
  return element;
}
