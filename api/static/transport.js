// The line to the server: messages go by POST with an id made here, replies come as events.

import { headers, isOwn, renew } from "./session.js";

const POST_TIMEOUT = 15_000; // ms; after that the message counts as lost and goes once more
const HEARING_TIMEOUT = 90_000; // ms; what was said is heard before the server answers
const SILENCE = 40_000; // ms; the server says something at least every 15 s
const STEADY = 10_000; // ms; a line that stood so long counts as healthy
const HIDDEN_PATIENCE = 60_000; // ms; a page nobody looks at gives its line back

/** The line broke: nobody knows whether the server got the request. */
export class ConnectionLost extends Error {}

/** The server understood and said no; `message` is its sentence for the citizen, `kind` why. */
export class Refused extends Error {
  constructor(problem) {
    super(problem?.detail ?? "");
    this.kind = problem?.type?.split(":").at(-1) ?? "";
  }
}

/** Nobody waits for it any more: who asked has left. */
export class Abandoned extends Error {}

/** An id no other message has; works on plain http too, where randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One request; the JSON answer (null when empty), or ConnectionLost, or Refused. With a `signal`
 * that ends it, Abandoned. */
async function requestOnce(method, path, body, signal) {
  if (signal?.aborted) throw new Abandoned();
  const controller = new AbortController();
  const abort = () => controller.abort();
  const isSound = body instanceof Blob;
  const timer = setTimeout(abort, isSound ? HEARING_TIMEOUT : POST_TIMEOUT);
  const type = isSound ? body.type || "application/octet-stream" : "application/json";
  signal?.addEventListener("abort", abort);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      signal: controller.signal,
      cache: "no-store",
      headers: {
        ...headers(),
        ...(body === undefined ? {} : { "Content-Type": type }),
      },
      body: body === undefined || isSound ? body : JSON.stringify(body),
    });
    text = await response.text();
  } catch {
    throw signal?.aborted ? new Abandoned() : new ConnectionLost();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
  return answerOf(response.status, text);
}

/** What came back: its JSON (null when empty), or ConnectionLost, or Refused. */
export function answerOf(status, text) {
  // A proxy whose server is restarting answers 502 or 504: the line broke, one step further on.
  if (status === 502 || status === 504) throw new ConnectionLost();
  const isOk = status >= 200 && status < 300;
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    if (isOk) throw new ConnectionLost();
  }
  if (!isOk) throw new Refused(answer);
  return answer;
}

/** The same; where the browser takes no cookies, with a session that this page keeps itself. */
export async function request(method, path, body, signal) {
  try {
    return await requestOnce(method, path, body, signal);
  } catch (error) {
    if (error.kind !== "no_session" || isOwn()) throw error;
  }
  await renew().catch(() => {
    throw new ConnectionLost();
  });
  return requestOnce(method, path, body, signal);
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Resolves when it is worth trying again: the device is back on line, or a moment has passed. */
async function worthAnotherTry() {
  await sleep(1500);
  if (navigator.onLine) return;
  await new Promise((done) => window.addEventListener("online", done, { once: true }));
}

/** What `attempt` sends, after a lost connection (told to `lost`) once more: with the same id, so it
 * is never doubled. */
export async function twice(attempt, lost) {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
  }
  lost();
  await worthAnotherTry();
  return attempt();
}

/** Send a message (`sound`: what was said, a Blob), {@link twice} if need be. */
export function sendMessage({ sound, ...message }, lost, signal) {
  const path = sound ? `/web/voice?message_id=${message.message_id}` : "/web/messages";
  return twice(() => request("POST", path, sound ?? message, signal), lost);
}

/** Server-sent events out of the pieces of a stream: calls `onEvent({event, data})` for each. Read
 * here and not by EventSource, which cannot send the token of a page without cookies. */
async function readEvents(body, onEvent) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (let text = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const events = text.split("\n\n");
    text = events.pop();
    for (const one of events) {
      onEvent(Object.fromEntries(one.split("\n").map((line) => line.split(/: ?(.*)/s, 2))));
    }
  }
}

/** The stream of replies: goes on after the last one seen, however often the line breaks. */
export class ReplyLine {
  constructor({ onReply, onState }) {
    this.onReply = onReply;
    this.onState = onState; // called with true (open) or false (lost)
    this.last = 0;
    this.line = null; // ends the stream that is read now
    this.failures = 0;
    this.heard = 0;
    this.opened = Infinity; // when this line was established
    this.asleep = false;
    this.retryTimer = 0;
    this.hiddenTimer = 0;
    document.addEventListener("visibilitychange", () => this.#visibility());
    window.addEventListener("online", () => this.line && this.#connect());
    // A page brought back by the back button has lost its line without being told.
    window.addEventListener("pageshow", (event) => event.persisted && this.#connect());
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
    this.line?.abort();
    this.line = null;
  }

  async #connect() {
    this.close();
    const line = new AbortController();
    this.line = line;
    this.heard = Date.now();
    this.opened = Infinity;
    try {
      const response = await fetch(`/web/stream?after=${this.last}`, {
        headers: { ...headers(), "Last-Event-ID": String(this.last) },
        cache: "no-store",
        signal: line.signal,
      });
      if (response.ok && this.line === line) {
        this.opened = this.heard = Date.now();
        this.onState(true);
        await readEvents(response.body, (event) => this.line === line && this.#take(event));
      }
    } catch {
      // Cut, refused or given up: all the same, and tried again below.
    }
    if (this.line === line) this.#again();
  }

  #take({ event, data }) {
    this.heard = Date.now();
    if (event !== "reply") return;
    const reply = JSON.parse(data);
    if (reply.id <= this.last) return; // seen before the line broke
    this.last = reply.id;
    this.onReply(reply);
  }

  #again() {
    this.line.abort();
    this.failures = Date.now() - this.opened > STEADY ? 1 : this.failures + 1;
    this.onState(false);
    clearTimeout(this.retryTimer);
    const wait = Math.min(1000 * 2 ** (this.failures - 1), 15_000);
    this.retryTimer = setTimeout(() => this.#connect(), wait);
  }

  #watch() {
    if (this.line && Date.now() - this.heard > SILENCE) this.#again();
  }

  #visibility() {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => {
        if (!this.line) return;
        this.close();
        this.asleep = true;
      }, HIDDEN_PATIENCE);
    } else if (this.asleep || (this.line && Date.now() - this.heard > SILENCE / 2)) {
      this.asleep = false;
      this.#connect();
    }
  }
}
