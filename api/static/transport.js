// The line to the server: messages go by POST with an id made here, replies come as events.

const POST_TIMEOUT = 15_000; // ms; after that the message counts as lost and goes once more
const SILENCE = 40_000; // ms; the server says something at least every 15 s
const STEADY = 10_000; // ms; a line that stood so long counts as healthy
const HIDDEN_PATIENCE = 60_000; // ms; a page nobody looks at gives its line back

/** The line broke: nobody knows whether the server got the request. */
export class ConnectionLost extends Error {}

/** The server understood and said no; `message` is its sentence for the citizen. */
export class Refused extends Error {}

/** An id no other message has; works on plain http too, where randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One request; the JSON answer (null when empty), or ConnectionLost, or Refused. */
export async function request(method, path, body) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), POST_TIMEOUT);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      signal: controller.signal,
      cache: "no-store",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    text = await response.text();
  } catch {
    throw new ConnectionLost();
  } finally {
    clearTimeout(timer);
  }
  // A proxy whose server is restarting answers 502 or 504: the line broke, one step further on.
  if (response.status === 502 || response.status === 504) throw new ConnectionLost();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new ConnectionLost();
  }
  if (!response.ok) throw new Refused(answer?.detail ?? "");
  return answer;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Resolves when it is worth trying again: the device is back on line, or a moment has passed. */
async function worthAnotherTry() {
  await sleep(1500);
  if (navigator.onLine) return;
  await new Promise((done) => window.addEventListener("online", done, { once: true }));
}

/** Send a message; after a lost connection once more with the same id, so it is never doubled. */
export async function sendMessage(message, lost) {
  try {
    return await request("POST", "/web/messages", message);
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
  }
  lost();
  await worthAnotherTry();
  return request("POST", "/web/messages", message);
}

/** The stream of replies: goes on after the last one seen, however often the line breaks. */
export class ReplyLine {
  constructor({ onReply, onState }) {
    this.onReply = onReply;
    this.onState = onState; // called with true (open) or false (lost)
    this.last = 0;
    this.source = null;
    this.failures = 0;
    this.heard = 0;
    this.opened = Infinity; // when this line was established
    this.asleep = false;
    this.retryTimer = 0;
    this.hiddenTimer = 0;
    document.addEventListener("visibilitychange", () => this.#visibility());
    window.addEventListener("online", () => this.source && this.#connect());
    setInterval(() => this.#watch(), 5000);
  }

  /** Begin to listen for replies with an id above `after`. */
  open(after) {
    this.last = after;
    this.failures = 0;
    this.#connect();
  }

  /** Stop listening. */
  close() {
    clearTimeout(this.retryTimer);
    this.source?.close();
    this.source = null;
  }

  #connect() {
    this.close();
    const source = new EventSource(`/web/stream?after=${this.last}`);
    this.source = source;
    this.heard = Date.now();
    this.opened = Infinity;
    source.addEventListener("open", () => {
      this.opened = Date.now();
      this.heard = Date.now();
      this.onState(true);
    });
    source.addEventListener("ping", () => {
      this.heard = Date.now();
    });
    source.addEventListener("reply", (event) => {
      this.heard = Date.now();
      const reply = JSON.parse(event.data);
      if (reply.id <= this.last) return; // seen before the line broke
      this.last = reply.id;
      this.onReply(reply);
    });
    source.addEventListener("error", () => {
      // The browser's own reconnecting gives up on an HTTP error; ours does not.
      if (this.source === source) this.#again();
    });
  }

  #again() {
    this.source.close();
    this.failures = Date.now() - this.opened > STEADY ? 1 : this.failures + 1;
    this.onState(false);
    clearTimeout(this.retryTimer);
    const wait = Math.min(1000 * 2 ** (this.failures - 1), 15_000);
    this.retryTimer = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    const listening = this.source && this.source.readyState === EventSource.OPEN;
    if (listening && Date.now() - this.heard > SILENCE) this.#again();
  }

  #visibility() {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => {
        if (!this.source) return;
        this.close();
        this.asleep = true;
      }, HIDDEN_PATIENCE);
    } else if (this.asleep || (this.source && Date.now() - this.heard > SILENCE / 2)) {
      this.asleep = false;
      this.#connect();
    }
  }
}
