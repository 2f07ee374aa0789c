// The conversation on the page. Everything said by anyone goes in as text, never as markup.

import { enlarge, showIn } from "./picture.js";
import { readNext, stopReading, toggleReading } from "./speech.js";

const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Only web pages and telephone numbers may be opened from a reply. */
function safeLink(url) {
  try {
    const parsed = new URL(url);
    return ["https:", "http:", "tel:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** The number by which a choice can be typed; a link cannot be followed by typing and has none. */
function numberOf(choice, choices) {
  return choices.filter((other) => !other.url).indexOf(choice) + 1;
}

/** Pieces short enough to be read aloud one by one: the text's sentences, then each choice. */
function spoken(reply) {
  const sentences = reply.text.split(/(?<=[.!?…:])\s+|\n+/u);
  const choices = reply.choices.map((choice) =>
    choice.url ? choice.label : `${numberOf(choice, reply.choices)}. ${choice.label}`,
  );
  return [...sentences, ...choices].map((piece) => piece.trim()).filter(Boolean);
}

/** One bubble of the citizen; tells what became of it. */
class Mine {
  constructor(element, words) {
    this.element = element;
    this.words = words;
    this.state = element.querySelector(".state");
  }

  #say(text) {
    this.state.textContent = text;
    this.state.hidden = text === "";
  }

  /** The message is on its way a second time. */
  resending() {
    this.#say(this.words.resending);
  }

  /** A photograph is on its way: so much of it, as a share of 1, has gone. */
  progress(share) {
    this.#say(`${this.words.photo_sending} ${Math.round(share * 100)} %`);
  }

  /** The server has it; `answer` tells the text it keeps and whether private numbers are masked. */
  confirmed(answer) {
    if (answer.text) this.element.querySelector(".said").textContent = answer.text;
    this.#say(answer.masked ? this.words.masked_note : "");
  }

  /** It did not arrive: say why and offer to send it again; returns what the offer does. */
  failed(why, again) {
    this.#say(`${this.words.not_sent} ${why}`.trim());
    const button = document.createElement("button");
    button.type = "button";
    button.className = "again";
    button.textContent = this.words.send_again;
    const resend = () => {
      button.remove();
      return again();
    };
    button.addEventListener("click", resend);
    this.element.append(button);
    return resend;
  }
}

/**
 * The list of bubbles. `onChoice(id, label)` is called when a choice is pressed; `onLink(reply,
 * choice)` where links do not open by themselves; `onPage(reply)` may open a page to print otherwise,
 * and says whether it did.
 */
export class Log {
  constructor(root, { words, onChoice, onPage, onLink = null }) {
    this.root = root;
    this.words = words;
    this.onChoice = onChoice;
    this.onLink = onLink;
    this.onPage = onPage;
    this.anchor = null; // the citizen's last bubble: an answer is read from there on
  }

  /** Add a bubble of the citizen. */
  addMine(text) {
    this.#retireChoices();
    const element = copy("mine");
    element.querySelector(".said").textContent = text;
    this.root.append(element);
    this.anchor = element;
    this.scroll();
    return new Mine(element, this.words);
  }

  /** Add a reply {text, source, choices, attachment}; each id is shown once; read aloud at once
   * where it `isNew` and the citizen wants that. */
  addReply(reply, isNew = false) {
    const element = copy("reply");
    element.dataset.id = reply.id;
    element.dataset.turn = reply.message_id;
    element.querySelector(".said").textContent = reply.text;
    if (reply.by) {
      // A person says it: by name, in words and not by colour alone.
      element.classList.add("person");
      element.querySelector(".speaker").remove();
      element.querySelector(".by").textContent = reply.by;
      element.querySelector(".by").hidden = false;
    }
    this.#addPicture(element.querySelector(".picture"), reply.attachment);
    this.#addPage(element, reply);
    if (reply.source) {
      const source = element.querySelector(".source");
      source.textContent = reply.source;
      source.hidden = false;
    }
    this.#addChoices(element.querySelector(".choices"), reply);
    const wanted = this.#addAloud(element.querySelector(".aloud"), reply);
    this.root.append(element);
    this.scroll();
    if (isNew && reply.voice.aloud) readNext(wanted);
  }

  /** A line from the page itself, such as "data deleted". */
  addNotice(text) {
    const element = document.createElement("p");
    element.className = "notice";
    element.textContent = text;
    this.root.append(element);
    this.scroll();
  }

  /** Forget everything shown. */
  clear() {
    stopReading();
    this.root.replaceChildren();
    this.anchor = null;
  }

  /** Bring the end into view, but keep the question that is being answered visible. */
  scroll() {
    const page = document.scrollingElement;
    const bottom = page.scrollHeight - page.clientHeight;
    const toolbar = document.querySelector(".toolbar");
    const covered = getComputedStyle(toolbar).position === "sticky" ? toolbar.offsetHeight : 0;
    if (!this.anchor) return; // nothing asked yet: the welcome is read from the top
    page.scrollTo({ top: Math.min(bottom, this.anchor.offsetTop - covered - 12) });
  }

  /** Do `change`, which makes the page longer, and stay at its end where that is in view; returns
   * what it does. */
  follow(change) {
    const page = document.scrollingElement;
    const atEnd = page.scrollHeight - page.clientHeight - page.scrollTop < 2;
    const done = change();
    if (atEnd) page.scrollTo({ top: page.scrollHeight });
    return done;
  }

  /** Do `change`, which gives everything another size, and keep in view what is read: the newest
   * answer where it is in view, else what stands at the top. */
  steady(change) {
    const inView = (one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 0 && top < window.innerHeight;
    };
    const newest = this.root.lastElementChild;
    const read = [...this.root.children].find(inView);
    const follows = newest !== null && inView(newest);
    const before = read?.getBoundingClientRect().top;
    change();
    if (follows) this.scroll();
    else if (read) window.scrollBy(0, read.getBoundingClientRect().top - before);
  }

  /** What was asked before steps back. The rows of the answer to the same message as `reply` stay,
   * but numbers that are typed mean the reply's own. */
  #retireChoices(reply) {
    for (const list of this.root.querySelectorAll(".choices:not(.past)")) {
      if (list.closest(".reply").dataset.turn !== reply?.message_id) list.classList.add("past");
      else if (reply.choices.length > 0) list.classList.add("unnumbered");
    }
  }

  #addChoices(list, reply) {
    const { choices } = reply;
    this.#retireChoices(reply);
    list.hidden = choices.length === 0;
    for (const choice of choices) {
      const away = choice.url && !this.onLink;
      const item = copy(away ? "link" : "choice");
      const control = item.querySelector(".choice");
      const number = item.querySelector(".number");
      if (choice.url) number.remove();
      else number.textContent = `${numberOf(choice, choices)}.`;
      item.querySelector(".label").textContent = choice.label;
      if (away) this.#address(control, safeLink(choice.url));
      else {
        control.addEventListener("click", () => {
          control.classList.add("pressed");
          if (choice.url) this.onLink(reply, choice);
          else this.onChoice(choice.id, choice.label);
        });
      }
      list.append(item);
    }
  }

  #address(control, href) {
    if (href) control.href = href;
    if (!href?.startsWith("tel:")) return;
    // Dialled here: no new page, and nothing that says so.
    control.removeAttribute("target");
    control.querySelectorAll(".unseen, svg").forEach((mark) => mark.remove());
  }

  #addPicture(control, attachment) {
    if (attachment?.kind !== "image") return;
    showIn(control.querySelector("img"), attachment);
    control.addEventListener("click", () => enlarge(control, attachment));
    control.hidden = false;
  }

  /** A page to print opens beside the chat; its address is made when it is asked for. */
  #addPage(element, reply) {
    if (reply.attachment?.kind !== "document") return;
    const form = copy("page");
    form.action = reply.attachment.open;
    if (reply.attachment.layout === "code") {
      form.querySelector(".label").textContent = this.words.sheet_code_open;
    }
    if (this.onLink) form.querySelector(".unseen").remove();
    form.addEventListener("submit", (event) => {
      if (this.onPage(reply)) event.preventDefault();
    });
    element.querySelector(".choices").before(form);
  }

  #addAloud(button, reply) {
    const label = button.querySelector("span");
    const show = (on) => {
      button.setAttribute("aria-pressed", String(on));
      label.textContent = on ? this.words.stop_reading : this.words.read_aloud;
    };
    const wanted = {
      button,
      address: `/web/sound/${reply.id}`,
      sentences: spoken(reply),
      started: () => show(true),
      done: () => show(false),
      failed: () => {
        label.textContent = this.words.read_failed;
      },
    };
    button.addEventListener("click", () => toggleReading(wanted));
    return wanted;
  }
}
