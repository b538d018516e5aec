// Puts the page together: two handsets, their inboxes, and what stands around them.

import { counter } from "./gsm7.js";
import { Handset } from "./handset.js";
import { Inbox } from "./inbox.js";
import { Wire } from "./wire.js";
import { Words } from "./words.js";

const { setup: setupUrl, messages: messagesUrl } = document.body.dataset;
const setup = await (await fetch(setupUrl)).json();
const words = new Words(setup.words, document.documentElement.lang);
const count = counter(setup);
let used = null;

const phones = Array.from(document.querySelectorAll(".phone"), (root) => {
  const wire = new Wire(root, words);
  const handset = new Handset(root, { setup, words, count, wire, used: () => { used = handset; } });
  const inbox = new Inbox(root, messagesUrl, words, (fresh) => handset.smsWaiting(fresh));
  const seen = () => {
    inbox.seen();
    handset.smsWaiting(0);
  };
  root.querySelector("[data-inbox]").addEventListener("focusin", seen);
  root.querySelector("[data-inbox]").addEventListener("pointerdown", seen);
  return { handset, inbox };
});
used ??= phones[0].handset;

function poll() {
  if (document.hidden) return;
  for (const { handset, inbox } of phones) if (handset.numberIsGood) inbox.poll(handset.number);
}

async function copy(text) {
  const told = document.querySelector("[data-told]");
  try {
    await navigator.clipboard.writeText(text);
    told.textContent = words.say("copied");
  } catch {
    told.textContent = words.say("not_copied");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy) copy(button.dataset.copy);
  if (button?.dataset.type) used.type(button.dataset.type);
});
document.querySelector("[data-language]").addEventListener("click", () => words.toggle());
document.addEventListener("visibilitychange", poll);
words.apply();
poll();
setInterval(() => phones.forEach(({ handset }) => handset.tick()), 1000);
setInterval(poll, setup.pollSeconds * 1000);
document.documentElement.dataset.ready = "";
