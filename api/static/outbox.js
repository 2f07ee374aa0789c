// Messages on their way, kept in the tab so that a reload in the middle loses nothing.

const KEY = "outbox";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function write(messages) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(messages));
  } catch {
    // Storage is blocked or full: the message is still on its way.
  }
}

/** Keep a message {message_id, text|choice, label} until the server has it. */
export function keep(message) {
  write([...read().filter((one) => one.message_id !== message.message_id), message]);
}

/** The server has it, or it will never be wanted again. */
export function drop(messageId) {
  write(read().filter((one) => one.message_id !== messageId));
}

/** What was still on its way when the page went. */
export function left() {
  return read();
}

/** Forget all. */
export function clear() {
  write([]);
}
