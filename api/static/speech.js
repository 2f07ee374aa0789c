// Reading a reply aloud: the server's voice; where the line is down, a Vietnamese one of the device.

import { headers, isOwn } from "./session.js";

// Silence: what a press starts while the sound itself still has to be fetched.
const SILENCE =
  "data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";
const synthesis = window.speechSynthesis ?? null;
const player = new Audio(); // the same always: a phone lets it play once a press has started it
player.preload = "none";
let reading = null; // what is being read: {button, done}
let fetched = ""; // the address of the sound fetched last
let queue = []; // what is to be read after it, unasked

/** A Vietnamese voice, one on the device before one on a server; null when there is none. */
function vietnameseVoice() {
  const voices = (synthesis?.getVoices() ?? []).filter((voice) => /^vi\b/i.test(voice.lang));
  return voices.find((voice) => voice.localService) ?? voices[0] ?? null;
}

/** Stop whatever is being read, and what was to follow. */
export function stopReading() {
  queue = [];
  finish();
}

function finish() {
  player.pause();
  synthesis?.cancel();
  const ended = reading;
  reading = null;
  ended?.done();
}

function endOf(current) {
  if (reading !== current) return;
  finish();
  const next = queue.shift();
  if (next) begin(next);
}

async function begin(wanted) {
  const current = { button: wanted.button, done: wanted.done };
  reading = current;
  wanted.started();
  player.onended = null;
  player.onerror = () => {};
  try {
    await play(wanted.address, current);
  } catch (error) {
    if (reading !== current) return; // stopped before it began
    if (error.name === "NotAllowedError") endOf(current); // nothing was pressed yet on this page
    else readHere(current, wanted);
  }
}

/** Play a sound; where the browser would ask for it without saying whose page this is, it is
 * fetched first, while the press still counts. */
async function play(address, current) {
  let source = address;
  if (isOwn()) {
    player.src = SILENCE;
    player.play().catch(() => {});
    const response = await fetch(address, { headers: headers(), cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const sound = await response.blob();
    if (reading !== current) return;
    URL.revokeObjectURL(fetched);
    source = fetched = URL.createObjectURL(sound);
  }
  player.src = source;
  player.onended = () => endOf(current);
  await player.play();
}

/** Whether something is being read now. */
export function isReading() {
  return reading !== null;
}

/** Sentences are queued singly: some browsers cut an utterance longer than 15 seconds. */
function readHere(current, wanted) {
  const voice = vietnameseVoice();
  if (!voice) {
    endOf(current);
    wanted.failed();
    return;
  }
  wanted.sentences.forEach((sentence, index) => {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    utterance.onerror = () => endOf(current);
    if (index === wanted.sentences.length - 1) utterance.onend = () => endOf(current);
    synthesis.speak(utterance);
  });
}

/**
 * Read, or stop when this button's reply is the one being read. `wanted`: {button, address,
 * sentences, started(), done(), failed()}.
 */
export function toggleReading(wanted) {
  const again = reading?.button === wanted.button;
  stopReading();
  if (!again) begin(wanted);
}

/** Read unasked, after whatever is being read. */
export function readNext(wanted) {
  if (reading) queue.push(wanted);
  else begin(wanted);
}
