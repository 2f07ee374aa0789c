// The web chat: history first, then the stream of replies; one message at a time goes out.

import { Log } from "./log.js";
import * as outbox from "./outbox.js";
import { bindSwitch } from "./preferences.js";
import { ConnectionLost, newId, ReplyLine, request, sendMessage } from "./transport.js";

const START = "/start"; // asks for the welcome; not shown as a bubble
const SLOW = 15_000; // ms without an answer until the page says that it takes longer
const GIVE_UP = 60_000; // ms until the indicator goes: a person may be answering instead

const $ = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.wording);
const input = $("message");
const log = new Log($("log"), { words, onChoice: (id, label) => say({ choice: id }, label) });
const line = new ReplyLine({ onReply: showReply, onState: showLine });
const waiting = new Map(); // message_id -> timers of the "answering" indicator
const unsent = new Map(); // message_id -> sends it again; what a lost connection kept back
let sending = Promise.resolve(); // the message before: they arrive in the order they were written
let lineTimer = 0;
let partner = "machine"; // who answers
let lineLost = false;

function announce(text) {
  $("announce").textContent = text;
}

// --- the indicator -------------------------------------------------------------------------

function showTyping() {
  const slow = [...waiting.values()].some((one) => one.slow);
  $("typing").textContent = waiting.size === 0 ? "" : slow ? words.slow : words.typing;
  $("typing").classList.toggle("busy", waiting.size > 0 && !slow);
  if (waiting.size > 0) log.scroll();
}

function expect(messageId) {
  if (partner !== "machine") return; // a person reads it, and answers when they can
  stopExpecting(messageId);
  const one = { slow: false };
  one.slowTimer = setTimeout(() => {
    one.slow = true;
    showTyping();
  }, SLOW);
  one.giveUpTimer = setTimeout(() => stopExpecting(messageId), GIVE_UP);
  waiting.set(messageId, one);
  showTyping();
}

function stopExpecting(messageId) {
  const one = waiting.get(messageId);
  if (!one) return;
  clearTimeout(one.slowTimer);
  clearTimeout(one.giveUpTimer);
  waiting.delete(messageId);
  showTyping();
}

// --- what comes in -------------------------------------------------------------------------

/** Who answers from here on: "queue", "person" or "machine"; nothing where that stays. */
function setPartner(who) {
  if (!who) return;
  partner = who;
  const said = { queue: words.partner_queue, person: words.partner_person };
  $("partner").textContent = said[who] ?? "";
  if (who === "machine") return;
  for (const messageId of [...waiting.keys()]) stopExpecting(messageId); // people take their time
}

function showReply(reply) {
  stopExpecting(reply.message_id);
  if (reply.afresh) setPartner("machine");
  setPartner(reply.partner);
  if (reply.afresh) log.clear(); // the citizen asked for what stood here to be forgotten
  log.addReply(reply, true);
}

function showLine(open) {
  clearTimeout(lineTimer);
  if (!open) {
    // A line that is back within a moment is nobody's worry.
    lineTimer = setTimeout(() => {
      lineLost = true;
      $("line").textContent = words.connection_lost;
    }, 1500);
    return;
  }
  sendUnsent();
  if (!lineLost) return;
  lineLost = false;
  $("line").textContent = words.back_online;
  lineTimer = setTimeout(() => {
    $("line").textContent = "";
  }, 3000);
}

// --- what goes out -------------------------------------------------------------------------

/** Send what the citizen wrote or pressed; `label` is what the bubble shows. */
function say(content, label) {
  const message = { ...content, message_id: newId() };
  outbox.keep({ ...message, label });
  deliver(message, log.addMine(label));
}

function deliver(message, bubble) {
  sending = sending.then(() => deliverNow(message, bubble));
  return sending;
}

async function deliverNow(message, bubble) {
  expect(message.message_id);
  let lost = false;
  try {
    const answer = await sendMessage(message, () => {
      lost = true;
      stopExpecting(message.message_id); // nobody has it yet
      bubble?.resending();
      $("line").textContent = words.offline;
    });
    outbox.drop(message.message_id);
    bubble?.confirmed(answer);
  } catch (error) {
    stopExpecting(message.message_id);
    const refused = !(error instanceof ConnectionLost);
    if (refused) outbox.drop(message.message_id); // the same words would be refused again
    const again = () => {
      unsent.delete(message.message_id);
      return deliver(message, bubble);
    };
    const resend = bubble ? bubble.failed(refused ? error.message : "", again) : again;
    if (!refused) unsent.set(message.message_id, resend);
  } finally {
    if (lost && !lineLost) $("line").textContent = "";
  }
}

/** The server answers again: what it did not get goes now, in the order it was written. */
async function sendUnsent() {
  for (const [messageId, resend] of [...unsent]) {
    if (unsent.has(messageId)) await resend();
  }
}

async function welcome() {
  // The same id all day: two tabs opened at once get one welcome.
  const today = new Date().toISOString().slice(0, 10);
  await deliver({ text: START, message_id: `start-${today}` }, null);
}

/** Go on with what a link or a QR code leads to; kept nowhere but in this page's memory. */
async function openPass(pass) {
  window.openedPass = null;
  await deliver({ text: `/start ${pass}`, message_id: newId() }, null);
}

// --- beginning -----------------------------------------------------------------------------

async function loadHistory() {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      return await request("GET", "/web/history");
    } catch {
      $("line").textContent = words.connection_lost;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

function showHistory(history) {
  const known = new Set();
  for (const item of history.items) {
    known.add(item.message_id);
    setPartner(item.partner);
    if (item.who === "assistant") log.addReply(item);
    else log.addMine(item.text);
  }
  for (const { label, ...message } of outbox.left()) {
    if (known.has(message.message_id)) outbox.drop(message.message_id);
    else deliver(message, log.addMine(label));
  }
}

async function begin() {
  const history = await loadHistory();
  $("line").textContent = "";
  showHistory(history);
  line.open(history.last);
  if (window.openedPass) await openPass(window.openedPass);
  else if (history.items.length === 0) await welcome();
  else for (const messageId of history.unanswered) expect(messageId);
}

async function forgetMe() {
  line.close();
  try {
    await request("DELETE", "/web/data");
  } catch {
    line.open(line.last);
    log.addNotice(words.delete_failed);
    return;
  }
  outbox.clear();
  unsent.clear();
  for (const messageId of [...waiting.keys()]) stopExpecting(messageId);
  setPartner("machine");
  log.clear();
  log.addNotice(words.delete_done);
  input.value = "";
  input.focus();
  line.open(0);
  await welcome();
}

// --- the page's controls -------------------------------------------------------------------

function fitInput() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 4}px`;
}

function bindComposer() {
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    $("hint").textContent = text ? "" : words.empty_message;
    input.focus();
    if (!text) return;
    input.value = "";
    fitInput();
    say({ text }, text);
  });
  input.addEventListener("input", () => {
    $("hint").textContent = "";
    fitInput();
  });
  input.addEventListener("keydown", (event) => {
    // Enter inside a Vietnamese input method only ends the word being composed.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
}

function bindTools() {
  bindSwitch($("large-text"), {
    attribute: "size",
    value: "large",
    key: "large",
    said: { on: words.large_on, off: words.large_off },
    announce,
  });
  bindSwitch($("contrast"), {
    attribute: "contrast",
    value: "high",
    key: "contrast",
    said: { on: words.contrast_on, off: words.contrast_off },
    announce,
  });
  $("meet-person").addEventListener("click", () =>
    say({ text: words.meet_person_message }, words.meet_person_message),
  );
  $("print").addEventListener("click", () => window.print());
  $("delete").addEventListener("click", () => $("confirm-delete").showModal());
  $("confirm-delete").addEventListener("close", (event) => {
    $("more").open = false;
    const agreed = event.target.returnValue === "delete";
    event.target.returnValue = "";
    if (agreed) forgetMe();
  });
  $("more").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    $("more").open = false;
    $("more").querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!$("more").contains(event.target)) $("more").open = false;
  });
}

bindComposer();
bindTools();
begin();
