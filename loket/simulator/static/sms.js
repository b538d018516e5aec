// Writing an SMS, which Africa's Talking brings to the service by its form.

import { now } from "./clock.js";
import { Compose } from "./compose.js";

const NETWORK = "99999"; // The vendor's own sandbox.

export class Sms {
  // phone: {handset, inbox, wire}. count(text): septets, null outside the alphabet.
  constructor(root, { setup, words, count, phone }) {
    const form = root.querySelector("[data-sms-form]");
    const counted = form.querySelector("[data-sms-count]");
    const compose = new Compose(form, (text) => send(text, setup, phone));
    const draw = (text) => { counted.textContent = text ? size(text, count(text), words) : ""; };
    compose.onChange(draw);
    words.onChange(() => draw(form.querySelector("textarea").value));
    this.compose = compose;
  }
}

async function send(text, { smsPath, smsTo }, { handset, inbox, wire }) {
  if (!handset.numberIsGood) return false;
  const form = new URLSearchParams({
    date: new Date(now()).toISOString().replace(/\.\d+Z$/, "Z"),
    from: handset.number,
    id: crypto.randomUUID(),
    linkId: "",
    text,
    to: smsTo,
    networkCode: NETWORK,
  }).toString();
  const { status, text: answer } = await wire.post(smsPath, form);
  if (status !== 200) {
    handset.say("refused", { status, reason: answer.slice(0, 80) });
    return false;
  }
  handset.wrote(() => wire.post(smsPath, form));
  inbox.wrote(handset.number, smsTo, text);
  return true;
}

// What an operator charges: 160 septets or 70 letters in one SMS, 153 or 67 in each of several.
function size(text, septets, words) {
  const parts = (length, one, each) => (length <= one ? 1 : Math.ceil(length / each));
  if (septets === null) return words.say("sms_unicode", { parts: parts(text.length, 70, 67) });
  return words.say("sms_parts", { n: septets, parts: parts(septets, 160, 153) });
}
