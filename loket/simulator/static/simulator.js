// Puts the page together: two handsets, their messages, the stage, and what stands around them.

import { Chat } from "./chat.js";
import { live } from "./clock.js";
import { counter } from "./gsm7.js";
import { Handset } from "./handset.js";
import { Inbox } from "./inbox.js";
import { Panes } from "./panes.js";
import { Record } from "./record.js";
import { Sms } from "./sms.js";
import { Stage } from "./stage.js";
import { Wire } from "./wire.js";
import { Words } from "./words.js";

const { setup: setupUrl, messages: messagesUrl, whatsapp: whatsappUrl } = document.body.dataset;
const setup = await (await fetch(setupUrl)).json();
const words = new Words(setup.words, document.documentElement.lang);
const count = counter(setup);
live(setup.zone);
let used = null;

const record = new Record();

const phones = Array.from(document.querySelectorAll(".phone"), (root, n) => {
  const wire = new Wire(root, words, (exchange) => record.heard(n, exchange));
  const handset = new Handset(root, { setup, words, count, wire, used: (event) => { if (!event.target.closest(".compose")) used = handset; } });
  const inbox = new Inbox(root, words, (fresh) => handset.smsWaiting(fresh), (body) => record.got(n, body));
  const seen = () => {
    inbox.seen();
    handset.smsWaiting(0);
  };
  root.querySelector("[data-inbox]").addEventListener("focusin", seen);
  root.querySelector("[data-inbox]").addEventListener("pointerdown", seen);
  const phone = { handset, inbox, wire, chat: null };
  if (setup.staged) stand(root, phone, n);
  return phone;
});
used ??= phones[0].handset;

const stageRoot = document.querySelector("[data-stage]");
const stage = stageRoot && new Stage(stageRoot, words, () => phones.map(({ handset }) => handset.number), poll, record);

// What a phone can do beside calling, where the service takes it.
function stand(root, phone, n) {
  const panes = new Panes(root);
  const sms = new Sms(root, { setup, words, count, phone });
  phone.chat = new Chat(root, { words, url: whatsappUrl, phone, arrived: () => panes.chatArrived(), each: (body) => record.got(n, body) });
  for (const [name, one] of [["sms", sms], ["chat", phone.chat]]) {
    root.querySelector(`[data-${name}-form]`).addEventListener("focusin", () => { used = one.compose; });
  }
}

function poll() {
  if (document.hidden) return;
  for (const phone of phones) if (phone.handset.numberIsGood) look(phone);
  stage?.poll();
}

async function look({ handset, inbox, chat }) {
  const { number } = handset;
  const query = chat?.query;
  const mine = await fetched(`phone=${encodeURIComponent(number)}`);
  const said = chat?.nameless ? await fetched(query) : mine;
  if (number !== handset.number || query !== chat?.query) return; // Another number was written meanwhile.
  inbox.take(number, mine && mine.filter(({ channel }) => channel !== "whatsapp"));
  chat?.take(query, said && said.filter(({ channel }) => channel === "whatsapp"));
}

async function fetched(query) {
  try {
    const response = await fetch(`${messagesUrl}?${query}`, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
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
for (const field of document.querySelectorAll("[data-number]")) field.addEventListener("input", poll);
words.apply();
poll();
setInterval(() => {
  for (const { handset } of phones) handset.tick();
  stage?.draw();
}, 1000);
setInterval(poll, setup.pollSeconds * 1000);
document.documentElement.dataset.ready = "";
