// What a handset shows: its screen, the operator's counter and clock, and the phone's own notes.

import { hour, now } from "./clock.js";

const SOFT_KEYS = {
  idle: ["soft_call", "soft_sms"],
  busy: [null, "soft_quit"],
  talk: ["soft_send", "soft_clear"],
  over: [null, "soft_close"],
};

export class Face {
  #root;
  #setup;
  #words;
  #count;

  constructor(root, setup, words, count) {
    this.#root = root;
    this.#setup = setup;
    this.#words = words;
    this.#count = count;
  }

  // shown: {page} or {word, values}. answer: the gateway's whole answer, for the counter. session: the line's, or null.
  draw({ state, shown, note, answer, letters, sms, session }) {
    const words = this.#words;
    this.#root.dataset.state = state;
    this.#write("text", shown ? (shown.page ?? words.say(shown.word, shown.values)) : "");
    this.#part("entry").hidden = state === "over" || state === "busy";
    this.#part("input").setAttribute("aria-label", words.say(state === "talk" ? "input" : "input_dial"));
    this.#write("mode", state === "talk" ? (letters ? "ABC" : "123") : "");
    const [left, right] = SOFT_KEYS[state];
    this.#write("left", left ? words.say(left) : "");
    this.#write("right", words.say(right));
    this.#part("sms").toggleAttribute("hidden", sms === 0); // A drawing has no property for it.
    this.#write("sms-idle", sms ? words.say("new_sms", { n: sms }) : "");
    this.#part("note").dataset.tone = note?.tone ?? "bad";
    this.#write("note", note ? words.say(note.word, note.values) : "");
    this.#drawCounter(answer);
    this.drawClock(session);
  }

  // The time of day on the idle screen, and how long the session has lasted.
  drawClock(session) {
    const { lineSeconds, warnSeconds } = this.#setup;
    const spent = session ? Math.floor((now() - session.began) / 1000) : 0;
    const warns = spent >= warnSeconds;
    this.#write("hour", hour(now()).replace(".", ":"));
    this.#write("clock", `${Math.floor(spent / 60)}:${two(spent % 60)}`);
    this.#part("clock").classList.toggle("warns", warns);
    const left = Math.ceil((lineSeconds - spent) / 10) * 10; // In tens: a screen reader says each change.
    this.#write("warning", warns ? this.#words.say("line_warns", { n: left }) : "");
  }

  // The letters of the key under the thumb.
  drawTaps(letters, place) {
    const taps = this.#part("taps");
    taps.hidden = !letters;
    taps.replaceChildren(
      ...Array.from(letters, (letter, i) => {
        const element = document.createElement(i === place ? "b" : "span");
        element.textContent = letter === " " ? "␣" : letter;
        return element;
      }),
    );
  }

  #drawCounter(answer) {
    const { limit } = this.#setup;
    const taken = answer === null ? 0 : this.#count(answer);
    const word = counted(answer, taken, limit);
    this.#write("septets", this.#words.say(word, { n: taken, limit }));
    this.#part("bar").style.setProperty("--full", Math.min(1, (taken ?? limit) / limit));
    this.#part("bar").classList.toggle("bad", word === "septets_outside" || word === "septets_over");
  }

  // Only what differs is written: a screen reader says every change.
  #write(name, text) {
    const element = this.#part(name);
    if (element.textContent !== text) element.textContent = text;
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }
}

function counted(answer, taken, limit) {
  if (answer === null) return "septets_none";
  if (taken === null) return "septets_outside";
  return taken > limit ? "septets_over" : "septets";
}

function two(n) {
  return String(n).padStart(2, "0");
}
