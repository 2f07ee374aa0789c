// The web chat: history first, then the stream of replies; one message at a time goes out.

import { bindComposer } from "./composer.js";
import { Log } from "./log.js";
import * as outbox from "./outbox.js";
import { openPage, showCode } from "./pages.js";
import * as session from "./session.js";
import { bindCamera, sendPhoto, shrunk } from "./photo.js";
import { bindTools } from "./tools.js";
import { Abandoned, ConnectionLost, newId, ReplyLine, request, sendMessage } from "./transport.js";
import { Waiting } from "./waiting.js";

const START = "/start"; // asks for the welcome; not shown as a bubble
const NO_WORDS = "/khong_doc_duoc"; // stands for what was said but not heard
const BUSY = 2000; // ms until what a server could not take in just now goes again

const $ = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.wording);
const { mode } = session;
const log = new Log($("log"), {
  words,
  onChoice: (id, label) => say({ choice: id }, label),
  onLink: mode === "kiosk" ? takeAlong : null,
  onPage: mode === "kiosk" ? takeAlong : (reply) => openPage(reply, sheetFailed),
});
const line = new ReplyLine({ onReply: showReply, onState: showLine });
const waiting = new Waiting($("typing"), { words, shown: () => log.scroll() });
const unsent = new Map(); // message_id -> sends it again; what a lost connection kept back
const left = outbox.left(); // what was still on its way when the page went
// Tabs of one browser share one conversation.
const tabs = mode === "page" && "BroadcastChannel" in window ? new BroadcastChannel("chat") : null;
let isNew = "new" in document.body.dataset;
let visit = new AbortController(); // ends when what was said here is forgotten
let begun = null; // settles once the history is shown, before which nothing is sent
let sending = null; // the message before: they arrive in the order they were written
let lineTimer = 0;
let partner = "machine"; // who answers
let lineLost = false;
let stopVoice = () => {}; // ends a recording

function announce(text) {
  $("announce").textContent = text;
}

/** Say how the line is; what is read just above stays in view. */
function tell(text) {
  log.follow(() => {
    $("line").textContent = text;
  });
}

function sheetFailed() {
  log.addNotice(words.sheet_failed);
}

/** A link or a page for the citizen's own phone: nothing opens on a screen for everybody. */
function takeAlong(reply, choice) {
  showCode(choice ? { reply: reply.id, choice: choice.id } : { reply: reply.id }, sheetFailed);
  return true;
}

// --- what comes in -------------------------------------------------------------------------

/** Who answers from here on: "queue", "person" or "machine"; nothing where that stays. */
function setPartner(who) {
  if (!who) return;
  partner = who;
  const said = { queue: words.partner_queue, person: words.partner_person };
  $("partner").textContent = said[who] ?? "";
  if (who !== "machine") waiting.clear(); // people take their time
}

function showReply(reply) {
  waiting.stop(reply.message_id);
  if (reply.afresh) setPartner("machine");
  setPartner(reply.partner);
  if (reply.afresh) log.clear(); // the citizen asked for what stood here to be forgotten
  log.addReply(reply, true);
  if (reply.promises) line.open(reply.id); // the answer to that has our cookie last until then
}

function showLine(open) {
  clearTimeout(lineTimer);
  if (!open) {
    // A line that is back within a moment is nobody's worry.
    lineTimer = setTimeout(() => {
      lineLost = true;
      tell(words.connection_lost);
    }, 1500);
    return;
  }
  sendUnsent();
  if (!lineLost) return;
  lineLost = false;
  tell(words.back_online);
  lineTimer = setTimeout(() => {
    tell("");
  }, 3000);
}

// --- what goes out -------------------------------------------------------------------------

/** Send what the citizen wrote or pressed; `label` is what the bubble shows. */
function say(content, label) {
  const message = { ...content, message_id: newId() };
  outbox.keep({ ...message, label });
  deliver(message, log.addMine(label), label);
}

/** Send what the citizen said, a Blob; the bubble shows what was heard. */
function sayAloud(sound) {
  const label = words.voice_said;
  deliver({ sound, message_id: newId() }, log.addMine(label), label);
}

/** Send a photograph; a reload in the middle loses it, as it is kept nowhere. */
function sayPhoto(file) {
  const bubble = log.addMine(words.photo_sent);
  deliver({ photo: shrunk(file), message_id: newId() }, bubble, words.photo_sent);
}

function deliver(message, bubble, label) {
  const { signal } = visit;
  sending = sending.then(() => deliverNow(message, bubble, label, signal));
  return sending;
}

async function send(message, bubble, lost, signal) {
  if (!message.photo) return sendMessage(message, lost, signal);
  const progress = (share) => bubble.progress(share);
  return sendPhoto(await message.photo, message.message_id, { progress, lost, signal });
}

async function deliverNow(message, bubble, label, signal) {
  if (partner === "machine") waiting.start(message.message_id); // a person reads it when they can
  let lost = false;
  let unwelcomed = false;
  try {
    const answer = await send(
      message,
      bubble,
      () => {
        lost = true;
        waiting.stop(message.message_id); // nobody has it yet
        log.follow(() => bubble?.resending());
        tell(words.offline);
      },
      signal,
    );
    outbox.drop(message.message_id);
    if (!bubble && !lineLost) tell("");
    bubble?.confirmed(answer);
    if (label) tabs?.postMessage({ said: answer.text ?? label });
  } catch (error) {
    waiting.stop(message.message_id);
    if (error instanceof Abandoned) return;
    const busy = error.kind === "busy";
    const refused = !busy && !(error instanceof ConnectionLost);
    if (refused) outbox.drop(message.message_id); // the same words would be refused again
    const again = () => {
      unsent.delete(message.message_id);
      return deliver(message, bubble, label);
    };
    const resend = bubble ? log.follow(() => bubble.failed(error.message, again)) : again;
    if (!refused) unsent.set(message.message_id, resend);
    if (busy) setTimeout(sendUnsent, BUSY); // the line may stand all the while
    unwelcomed = !bubble && !refused;
  } finally {
    if (lost && !lineLost && !signal.aborted) tell("");
    if (unwelcomed) tell(words.connection_lost); // the page is empty
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

async function fetchHistory(signal) {
  await session.ready();
  // Who has just got a session has said nothing: one turn less over a slow line.
  if (isNew && !session.isOwn()) return { items: [], last: 0, unanswered: [] };
  return request("GET", "/web/history", undefined, signal);
}

async function loadHistory(signal) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15_000)) {
    try {
      return await fetchHistory(signal);
    } catch {
      if (signal.aborted) return null;
      const written = outbox.left().length > 0;
      tell(written ? words.offline : words.connection_lost);
      await Promise.race([
        new Promise((done) => setTimeout(done, wait)),
        new Promise((done) => window.addEventListener("online", done, { once: true })),
      ]);
    }
  }
}

/** What a bubble of the citizen shows; of what came without words, what it was. */
function shownOf({ text, media }) {
  if (text && !text.startsWith(NO_WORDS)) return text;
  return media === "photo" ? words.photo_sent : words.voice_said;
}

/** Show what was said before; what was written meanwhile stays below it. */
function showHistory(history) {
  const written = [...$("log").children];
  const known = new Set();
  for (const item of history.items) {
    known.add(item.message_id);
    setPartner(item.partner);
    if (item.who === "assistant") log.addReply(item);
    else log.addMine(shownOf(item));
  }
  for (const { label, ...message } of left.splice(0)) {
    if (known.has(message.message_id)) outbox.drop(message.message_id);
    else deliver(message, log.addMine(label), label);
  }
  if (history.items.length > 0) $("log").append(...written);
}

async function begin() {
  const { signal } = visit;
  let shown;
  begun = new Promise((done) => {
    shown = done;
  });
  sending = begun;
  const history = await loadHistory(signal);
  isNew = false;
  if (signal.aborted) return;
  tell("");
  showHistory(history);
  line.open(history.last);
  const written = outbox.left().length > 0;
  shown();
  if (window.openedPass) await openPass(window.openedPass);
  else if (history.items.length === 0 && !written) await welcome();
  else if (partner === "machine") history.unanswered.forEach((id) => waiting.start(id));
}

// --- forgetting ----------------------------------------------------------------------------

/** Everything goes that is shown, kept in the tab, or still on its way. */
function clear() {
  line.close();
  stopVoice();
  visit.abort();
  visit = new AbortController();
  clearTimeout(lineTimer);
  lineLost = false;
  outbox.clear();
  unsent.clear();
  left.length = 0;
  waiting.clear();
  setPartner("machine");
  log.clear();
  composer.clear();
  tell("");
  $("announce").textContent = "";
}

/** The next citizen at the same screen; what the last one said is erased as soon as can be. */
async function startOver() {
  clear();
  session.leave();
  await begin();
  await session.eraseOthers();
}

/** Erase everything here and on the server, and begin anew. */
async function forgetMe() {
  try {
    await request("DELETE", "/web/data");
  } catch {
    log.addNotice(words.delete_failed);
    return;
  }
  tabs?.postMessage({ erased: true });
  clear();
  session.leave();
  log.addNotice(words.delete_done);
  composer.focus();
  await begin();
}

if (tabs) {
  tabs.onmessage = ({ data }) => {
    if (data.said) log.addMine(data.said);
    if (data.erased) {
      clear();
      begin();
    }
  };
}

const composer = bindComposer({ words, send: (text) => say({ text }, text) });
bindCamera(sayPhoto);
const showTools = bindTools({
  words,
  announce,
  meetPerson: () => say({ text: words.meet_person_message }, words.meet_person_message),
  erase: forgetMe,
  resized: (change) =>
    log.steady(() => {
      change();
      composer.fit();
    }),
});
begin();
if ($("speak")) {
  import("./voice.js").then(({ bindVoice }) => {
    stopVoice = bindVoice({ words, announce, send: sayAloud });
  });
}
// What belongs to one place alone is fetched after everything else.
const place = { page: "./install.js", embed: "./framed.js", kiosk: "./kiosk.js" }[mode];
const settled = import(place).then(({ settle }) => {
  const isFresh = () => !$("log").querySelector(".mine") && composer.isEmpty();
  const isBusy = () => waiting.busy || $("recording")?.hidden === false;
  settle({ words, startOver, showTools, isFresh, isBusy, failed: sheetFailed });
});
if (mode === "page") settled.catch(() => {}); // nothing of it is needed to talk
