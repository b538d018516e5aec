// The line between a handset and the gateway: Africa's Talking's form of a call. It knows nothing of screens.

import { now } from "./clock.js";

const NETWORK = "99999"; // The vendor's own sandbox.

export class Line {
  session = null;
  last = null; // The last turn: what a gateway would send again.
  #turns = []; // Of the session: each callback with its answer.
  #setup;
  #wire;

  constructor(setup, wire) {
    this.#setup = setup;
    this.#wire = wire;
  }

  // Begin a session. tail: what was dialled behind the code, as in *123*456*1#.
  dial(number, tail = "") {
    this.session = { id: `ATUid_${hex(16)}`, number, inputs: tail ? [tail] : [], began: now(), hops: 0, page: "" };
    this.#turns = [];
    return this.#turn();
  }

  answer(text) {
    this.session.inputs.push(text);
    return this.#turn();
  }

  // Send the last callback again, byte for byte. Null: there has been none.
  repeat() {
    return this.#again(this.last);
  }

  // The callback of so many turns ago comes once more, when nobody waits for it. Null: there are not as many.
  late(turns) {
    return this.#again(this.#turns.at(-1 - turns));
  }

  async #again(before) {
    if (!before) return null;
    const again = await this.#wire.post(this.#setup.ussdPath, before.body);
    return { same: again.status === before.status && again.text === before.text, again };
  }

  // Forget the session, as a handset without signal does.
  forget() {
    const session = this.session;
    this.session = null;
    return session;
  }

  // What the gateway reports when a session is over. status: Success, Incomplete or Failed.
  report(session, status, error = "") {
    const form = new URLSearchParams({
      date: new Date(now()).toISOString().slice(0, 19).replace("T", " "),
      sessionId: session.id,
      serviceCode: this.#setup.code,
      networkCode: NETWORK,
      phoneNumber: session.number,
      status,
      cost: "0",
      durationInMillis: String(now() - session.began),
      hopsCount: String(session.hops),
      input: session.inputs.join("*"),
      lastAppResponse: session.page,
      ...(error && { errorMessage: error }),
    });
    return this.#wire.post(`${this.#setup.ussdPath}/events`, form.toString());
  }

  async #turn() {
    const session = this.session;
    const form = new URLSearchParams({
      sessionId: session.id,
      phoneNumber: session.number,
      networkCode: NETWORK,
      serviceCode: this.#setup.code,
      text: session.inputs.join("*"),
    });
    const exchange = await this.#wire.post(this.#setup.ussdPath, form.toString());
    this.last = exchange;
    this.#turns.push(exchange);
    session.hops += 1;
    session.page = exchange.text;
    return { session, ...exchange, ...verdict(exchange) };
  }
}

// What an operator makes of an answer: a page, or an error named by its word.
function verdict({ status, text }) {
  if (status === 0) return { error: { word: "mmi_away" } };
  if (status !== 200) return { error: { word: "mmi_status", values: { status, reason: text.slice(0, 80) } } };
  const found = /^(CON|END) ([^]*)$/.exec(text);
  return found ? { page: found[2], ends: found[1] === "END" } : { error: { word: "mmi_form" } };
}

function hex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
