// One feature phone: its keys, and what they do. What it shows follows from its state alone.

import { now } from "./clock.js";
import { Face } from "./face.js";
import { Line } from "./line.js";
import { MultiTap } from "./multitap.js";

const HOLD = 600; // Milliseconds of a long press.
const NUMBER = /^\+[1-9][0-9]{9,14}$/;

export class Handset {
  state = "idle"; // idle, busy (a request is under way), talk (an answer is wanted), over (there is something to read)
  #root;
  #setup;
  #words;
  #face;
  #line;
  #taps;
  #input;
  #letters = false;
  #shown = null; // What the screen says: {page} from the gateway, or {word, values} of the phone itself.
  #note = null;
  #sms = 0;
  #held = false; // A long press has done its work, and the click that follows it must not.
  #dialled = "";
  #again = null; // Sends the last message once more, where that is newer than the last turn.

  constructor(root, { setup, words, count, wire, used }) {
    this.#root = root;
    this.#setup = setup;
    this.#words = words;
    this.#face = new Face(root, setup, words, count);
    this.#line = new Line(setup, wire);
    this.#input = this.#part("input");
    this.#taps = new MultiTap(this.#input, (letters, place) => this.#face.drawTaps(letters, place));
    this.#listen(used);
    words.onChange(() => this.#render());
    this.#idle();
  }

  get number() {
    return this.#part("number").value.replace(/[\s.-]/g, "");
  }

  get numberIsGood() {
    return NUMBER.test(this.number);
  }

  // Write into the answer, as if it had been keyed in.
  type(text) {
    if (this.state !== "talk" && this.state !== "idle") return;
    this.#taps.settle();
    this.#input.value = text;
    this.#input.focus();
  }

  smsWaiting(count) {
    this.#sms = count;
    this.#render();
  }

  // Once a second: the operator's clock, and the one on the idle screen.
  tick() {
    const session = this.#line.session;
    if (session && now() - session.began >= this.#setup.lineSeconds * 1000) {
      this.#line.report(this.#line.forget(), "Incomplete");
      this.#over({ word: "line_closed", values: { n: this.#setup.lineSeconds } });
    }
    this.#face.drawClock(this.#line.session);
  }

  async call() {
    if (this.state === "talk") return this.#send();
    if (this.state === "busy") return undefined;
    if (this.state === "over") this.#input.value = this.#setup.code;
    const dialled = this.#input.value.trim() || this.#setup.code;
    const tail = this.#tail(dialled);
    if (!this.numberIsGood) return this.say("number_bad");
    if (tail === null) return this.#over({ word: "mmi_code", values: { code: this.#setup.code } });
    this.#dialled = dialled;
    return this.#turn(() => this.#line.dial(this.number, tail));
  }

  async redial() {
    this.hangUp();
    this.#idle();
    this.#input.value = this.#dialled || this.#setup.code;
    return this.call();
  }

  hangUp() {
    const session = this.#line.forget();
    if (session) this.#line.report(session, "Incomplete");
    if (session) this.#over({ word: "hung_up" });
    else this.#idle();
  }

  // The handset loses the line and says so to nobody; some gateways notice and report it, some never do.
  drop() {
    const session = this.#line.forget();
    if (!session) return;
    const told = this.#part("tells").checked;
    if (told) this.#line.report(session, "Incomplete");
    this.#over({ word: "dropped" }, { word: told ? "drop_told" : "drop_untold", tone: "good" });
  }

  async late() {
    const repeated = await this.#line.late(2);
    if (repeated) this.say(repeated.same ? "late_same" : "late_differs", {}, repeated.same ? "good" : "bad");
    else this.say("late_none");
  }

  // The report of a call that dropped comes in behind the next call.
  async swap() {
    if (this.state !== "talk") return this.say("swap_none");
    const session = this.#line.forget();
    await this.redial();
    await this.#line.report(session, "Incomplete");
    return this.say("swap_done", {}, "good");
  }

  // A message that was written on this phone is now the last thing that its gateways could send again.
  wrote(again) {
    this.#again = again;
  }

  async repeat() {
    if (this.#again) return this.#repeatMessage();
    const repeated = await this.#line.repeat();
    if (repeated) return this.say(repeated.same ? "repeat_same" : "repeat_differs", {}, repeated.same ? "good" : "bad");
    return this.say("raw_empty");
  }

  async #repeatMessage() {
    const { status, text } = await this.#again();
    if (status === 200) this.say("repeat_message", {}, "good");
    else this.say("refused", { status, reason: text.slice(0, 80) });
  }

  async #send() {
    this.#taps.settle();
    const text = this.#input.value;
    if (text) await this.#turn(() => this.#line.answer(text));
  }

  async #turn(ask) {
    this.#taps.settle();
    this.#note = null;
    this.#again = null;
    this.#become("busy");
    const { session, page, ends, error } = await ask();
    if (this.#line.session !== session) return; // The line was lost while the answer was on its way.
    this.#input.value = "";
    this.#letters = false;
    if (error) {
      this.#line.report(this.#line.forget(), "Failed", "no usable answer");
      this.#over({ word: "mmi" }, error);
    } else if (ends) {
      this.#line.report(this.#line.forget(), "Success");
      this.#over({ page });
    } else {
      this.#shown = { page };
      this.#become("talk");
    }
    this.#part("body").scrollTop = 0;
  }

  #over(shown, note = null) {
    const typing = this.#root.ownerDocument.activeElement === this.#input;
    this.#shown = shown;
    this.#note = note;
    this.#become("over");
    if (typing) this.#act("right").focus();
  }

  #idle() {
    const closing = this.#root.ownerDocument.activeElement === this.#act("right");
    this.#shown = null;
    this.#note = null;
    this.#letters = false;
    this.#input.value = this.#setup.code;
    this.#become("idle");
    if (closing) this.#input.focus({ preventScroll: true });
  }

  #become(state) {
    this.state = state;
    this.#render();
  }

  // What was dialled behind the service code; null for another code.
  #tail(dialled) {
    const base = this.#setup.code.slice(0, -1);
    if (dialled === this.#setup.code) return "";
    return dialled.startsWith(`${base}*`) && dialled.endsWith("#") ? dialled.slice(base.length + 1, -1) : null;
  }

  #listen(used) {
    this.#root.addEventListener("focusin", used);
    this.#root.addEventListener("pointerdown", used);
    for (const button of this.#root.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.#do(button.dataset.act));
    }
    for (const button of this.#root.querySelectorAll("[data-key]")) this.#listenKey(button);
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.call();
      else if (event.key === "Escape") this.hangUp();
      else this.#taps.settle();
    });
    this.#part("number").addEventListener("input", () => this.#render());
  }

  #listenKey(button) {
    let timer = 0;
    button.addEventListener("pointerdown", () => {
      timer = setTimeout(() => {
        timer = 0;
        this.#held = true;
        this.#digit(button.dataset.key);
      }, HOLD);
    });
    for (const name of ["pointerup", "pointerleave", "pointercancel"]) {
      button.addEventListener(name, () => clearTimeout(timer));
    }
    button.addEventListener("click", (event) => {
      const long = event.detail > 0 && this.#held;
      this.#held = false;
      if (!long) this.#press(button.dataset.key);
    });
  }

  #do(act) {
    const body = this.#part("body");
    switch (act) {
      case "call": return this.call();
      case "ok": return this.state === "over" ? this.#idle() : this.call();
      case "end": return this.hangUp();
      case "left": return this.state === "over" ? undefined : this.call();
      case "right": return this.#right();
      case "up": return body.scrollBy(0, -40);
      case "down": return body.scrollBy(0, 40);
      case "drop": return this.drop();
      case "repeat": return this.repeat();
      case "redial": return this.redial();
      case "late": return this.late();
      case "swap": return this.swap();
      default: throw new Error(`no act ${act}`);
    }
  }

  #right() {
    if (this.state === "over") return this.#idle();
    if (this.state === "busy") return this.hangUp();
    if (this.#input.value && this.#input.value !== this.#setup.code) {
      this.#taps.settle();
      this.#input.value = this.#input.value.slice(0, -1);
      return undefined;
    }
    if (this.state === "talk") return this.hangUp();
    this.#root.dispatchEvent(new Event("inbox"));
    return this.#part("inbox").focus();
  }

  #press(key) {
    if (this.state === "over") this.#idle();
    if (this.state === "busy") return;
    if (this.state === "talk" && key === "#") {
      this.#taps.settle();
      this.#letters = !this.#letters;
    } else if (this.state === "talk" && this.#letters) {
      this.#taps.press(key);
    } else {
      this.#digit(key);
    }
    this.#render();
  }

  #digit(key) {
    if (this.state !== "talk" && this.state !== "idle") return;
    const whole = this.state === "idle" && this.#input.value === this.#setup.code;
    this.#taps.settle();
    this.#input.value = (whole ? "" : this.#input.value) + key;
    this.#render();
  }

  // What a phone's owner should know; it stands below the handset until something else happens.
  say(word, values = {}, tone = "bad") {
    this.#note = { word, values, tone };
    this.#render();
  }

  #part(name) {
    return this.#root.querySelector(`[data-${name}]`);
  }

  #act(name) {
    return this.#root.querySelector(`[data-act="${name}"]`);
  }

  #render() {
    this.#face.draw({
      state: this.state,
      shown: this.state === "busy" ? { word: "busy" } : this.#shown,
      note: this.numberIsGood ? this.#note : { word: "number_bad" },
      answer: this.#shown?.page != null && this.state !== "idle" ? this.#line.last.text : null,
      letters: this.#letters,
      sms: this.#sms,
      session: this.#line.session,
    });
    this.#part("number").disabled = this.#line.session !== null;
    this.#part("number").setAttribute("aria-invalid", String(!this.numberIsGood));
  }
}
