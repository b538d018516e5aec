// The demo's clock and its faults: jumps ahead, no credit at the SMS vendor, a portal that is away.

import { moment, set, whole } from "./clock.js";

const FAULTS = { credit: ["no", "credit"], portal: ["portal", "away"] }; // The server's names, in two halves.
const WHY = new Set(["jump_past", "jump_far", "jump_hours", "jump_no_visit", "jump_no_refusal"]);

export class Stage {
  #root;
  #words;
  #numbers;
  #changed;
  #state = null;
  #note = null;

  // numbers(): of the phones. changed(): something has happened, look again. record: what did.
  constructor(root, words, numbers, changed, record) {
    this.#root = root;
    this.#words = words;
    this.#numbers = numbers;
    this.#changed = changed;
    for (const button of root.querySelectorAll("[data-jump]")) {
      button.addEventListener("click", () => this.#jump({ to: button.dataset.jump }));
    }
    for (const button of root.querySelectorAll("[data-trouble]")) {
      button.addEventListener("click", () => this.#trouble(button.dataset.trouble));
    }
    root.querySelector("[data-hours]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#jump({ to: "hours", hours: Number(event.target.querySelector("input").value) });
    });
    root.querySelector("[data-record]").addEventListener("click", () => this.#save(record));
    words.onChange(() => this.draw());
  }

  async poll() {
    const answer = await this.#ask("stage.json");
    if (answer?.now) this.#take(answer);
  }

  draw() {
    if (!this.#state) return;
    const state = this.#state;
    const hours = Math.floor(state.ahead_ms / 3_600_000);
    this.#write("demo-clock", whole(Date.now() + state.ahead_ms, this.#words.language));
    this.#write("ahead", state.ahead_ms ? this.#words.say("time_ahead", { days: Math.floor(hours / 24), hours: hours % 24 }) : this.#words.say("time_real"));
    this.#write("waiting", this.#waiting(state));
    for (const button of this.#root.querySelectorAll("[data-trouble]")) {
      button.setAttribute("aria-pressed", String(this.#off(button.dataset.trouble)));
    }
    if (this.#note) this.#say(this.#note);
  }

  #waiting({ waiting, next }) {
    if (!waiting) return "";
    return `· ${this.#words.say("time_waiting", { n: waiting, at: moment(Date.parse(next), this.#words.language) })}`;
  }

  async #jump(asked) {
    const answer = await this.#ask("jump", { ...asked, phones: this.#numbers() });
    if (answer?.now) {
      this.#take(answer);
      this.#say({ word: "jump_done", values: () => ({ at: whole(Date.parse(answer.now), this.#words.language), n: answer.due }), tone: "good" });
    } else {
      this.#say({ word: WHY.has(answer?.word) ? answer.word : "jump_away" });
    }
  }

  async #trouble(fault) {
    const on = !this.#off(fault);
    const answer = await this.#ask("trouble", { name: FAULTS[fault].join("_"), on });
    if (answer?.now) this.#take(answer);
    this.#say(answer?.now ? { word: `${fault}_${on ? "off" : "on"}`, tone: on ? "bad" : "good" } : { word: "jump_away" });
  }

  async #save(record) {
    if (record.empty) return this.#say({ word: "record_empty" });
    const saved = await record.save(`${this.#root.dataset.stage}/scenario`);
    return this.#say(saved ? { word: "record_saved", tone: "good" } : { word: "jump_away" });
  }

  #off(fault) {
    return Boolean(this.#state?.[FAULTS[fault].join("_")]);
  }

  #take(state) {
    const moved = state.ahead_ms !== this.#state?.ahead_ms;
    this.#state = state;
    set(state.ahead_ms);
    this.draw();
    if (moved) this.#changed();
  }

  #say(note) {
    this.#note = note;
    const element = this.#root.querySelector("[data-stage-note]");
    element.dataset.tone = note.tone ?? "bad";
    const text = this.#words.say(note.word, note.values?.() ?? {});
    if (element.textContent !== text) element.textContent = text;
  }

  async #ask(what, asked = null) {
    const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) };
    try {
      const response = await fetch(`${this.#root.dataset.stage}/${what}`, asked ? post : { cache: "no-store" });
      return await response.json();
    } catch {
      return null;
    }
  }

  #write(name, text) {
    const element = this.#root.querySelector(`[data-${name}]`);
    if (element.textContent !== text) element.textContent = text;
  }
}
