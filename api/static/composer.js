// Where the citizen writes.

import { mode } from "./session.js";

const DRAFT = "draft";
const input = document.getElementById("message");
const hint = document.getElementById("hint");

/** What is being written outlives a reload; not on a screen for everybody. */
function keep() {
  if (mode === "kiosk") return;
  try {
    sessionStorage.setItem(DRAFT, input.value);
  } catch {
    // Storage is blocked: it is still in the field.
  }
}

function restore() {
  try {
    input.value ||= sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    // Nothing was kept.
  }
}

function empty() {
  input.value = "";
  hint.textContent = "";
  keep();
  fit();
}

function fit() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight + 4}px`;
}

/** Call `send(text)` with what was written; returns what else the page does with the field. */
export function bindComposer({ words, send }) {
  const form = document.getElementById("composer");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    hint.textContent = text ? "" : words.empty_message;
    input.focus();
    if (!text) return;
    empty();
    send(text);
  });
  input.addEventListener("input", () => {
    const full = input.value.length >= input.maxLength;
    hint.textContent = full ? words.text_full : ""; // the browser cuts off without a word
    keep();
    fit();
  });
  input.addEventListener("keydown", (event) => {
    // Enter inside a Vietnamese input method only ends the word being composed.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  restore();
  fit();
  return { fit, focus: () => input.focus(), isEmpty: () => input.value === "", clear: empty };
}
