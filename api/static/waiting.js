// "Answering…": shown from when a message goes until its reply comes, or for a minute.

const SLOW = 15_000; // ms without an answer until the page says that it takes longer
const GIVE_UP = 60_000; // ms until the indicator goes: a person may be answering instead

export class Waiting {
  constructor(element, { words, shown }) {
    this.element = element;
    this.words = words;
    this.shown = shown; // called when the indicator takes room
    this.messages = new Map(); // message_id -> its timers
  }

  /** Whether an answer is on its way. */
  get busy() {
    return this.messages.size > 0;
  }

  /** An answer to this message is expected. */
  start(messageId) {
    this.stop(messageId);
    const one = { slow: false };
    one.slowTimer = setTimeout(() => {
      one.slow = true;
      this.#show();
    }, SLOW);
    one.giveUpTimer = setTimeout(() => this.stop(messageId), GIVE_UP);
    this.messages.set(messageId, one);
    this.#show();
  }

  /** It came, or is not expected any more. */
  stop(messageId) {
    const one = this.messages.get(messageId);
    if (!one) return;
    clearTimeout(one.slowTimer);
    clearTimeout(one.giveUpTimer);
    this.messages.delete(messageId);
    this.#show();
  }

  /** Nothing is expected any more. */
  clear() {
    for (const messageId of [...this.messages.keys()]) this.stop(messageId);
  }

  #show() {
    const slow = [...this.messages.values()].some((one) => one.slow);
    const { words } = this;
    this.element.textContent = !this.busy ? "" : slow ? words.slow : words.typing;
    this.element.classList.toggle("busy", this.busy && !slow);
    if (this.busy) this.shown();
  }
}
