// A screen that stands in an office: who walks away is forgotten, and the next one begins clean.

import { showCode } from "./pages.js";
import { reset } from "./preferences.js";
import { eraseOthers, hold } from "./session.js";
import { isReading, stopReading } from "./speech.js";

const FORGET = 60; // seconds without a touch until everything is forgotten
const ASK = 20; // seconds before that the citizen is asked, as WCAG 2.2.1 wants
const AGAIN = 60_000; // ms until erasing is tried again that the line kept from happening
const SIGNS = ["pointerdown", "keydown", "input", "wheel", "touchmove"];

const $ = (id) => document.getElementById(id);

/**
 * Watch over the screen. `startOver()` forgets; `isFresh()`: nobody has said anything; `isBusy()`:
 * an answer is on its way; `showTools()` shows the switches as they are.
 */
export function settle({ words, startOver, showTools, isFresh, isBusy, failed }) {
  const asked = $("idle");
  let touched = Date.now();

  function forget() {
    stopReading();
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    reset();
    showTools();
    touched = Date.now();
    startOver();
  }

  function stay() {
    touched = Date.now();
    if (asked.open) asked.close();
  }

  function tick() {
    if (!asked.open && (isFresh() || isBusy() || isReading())) touched = Date.now();
    const left = FORGET - Math.floor((Date.now() - touched) / 1000);
    if (left <= 0) forget();
    else if (left <= ASK) {
      $("left").textContent = String(left);
      if (!asked.open) asked.showModal();
    }
  }

  for (const sign of SIGNS) document.addEventListener(sign, stay, { passive: true });
  asked.addEventListener("close", stay);
  $("finish").addEventListener("click", forget);
  $("along").addEventListener("click", () => showCode({}, failed));
  setInterval(tick, 500);
  setInterval(hold, AGAIN / 2);
  setInterval(eraseOthers, AGAIN);
  eraseOthers(); // what a power cut left behind
}
