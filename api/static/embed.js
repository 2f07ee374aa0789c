// One line in an office's page, <script src="https://OUR-ADDRESS/embed.js" defer></script>, puts a
// button there that opens the chat in a frame. Nothing of the page is read, and nothing changed but
// for one element at its end, whose looks the page's own style does not reach.

(() => {
  const words = /* words */ {};
  const home = new URL(document.currentScript.src).origin;
  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; font: 600 18px/1.3 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    button {
      position: fixed; z-index: 2147483000; right: 16px; bottom: 16px;
      display: flex; align-items: center; gap: 10px;
      min-height: 60px; padding: 8px 22px 8px 16px;
      border: 3px solid #ffffff; border-radius: 34px;
      background: #0b4a55; color: #ffffff; cursor: pointer;
      box-shadow: 0 4px 18px rgb(0 0 0 / 30%);
    }
    button[hidden] { display: none; }
    button:focus-visible { outline: 4px solid #b4470a; outline-offset: 3px; }
    svg { width: 34px; height: 34px; fill: #ffffff; }
    path + path { fill: none; stroke: #0b4a55; stroke-width: 3; stroke-linecap: round; }
    dialog {
      position: fixed; inset: auto 16px 16px auto; z-index: 2147483001;
      width: min(440px, calc(100vw - 32px)); height: min(760px, calc(100vh - 32px));
      max-width: none; max-height: none; margin: 0; padding: 0; overflow: hidden;
      border: 1px solid #66757b; border-radius: 18px; background: #f5f3ee;
      box-shadow: 0 12px 48px rgb(0 0 0 / 35%);
    }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    @media (max-width: 600px), (max-height: 480px) {
      dialog { inset: 0; width: 100vw; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
    }
    @media print { button, dialog { display: none; } }
  `;
  const MARK = [
    "M10 4h21l9 9v23a3 3 0 0 1-3 3H22l-9 7v-7h-3a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z",
    "M14 19h19M14 26h19M14 32h11",
  ];

  /** The style, as a page that forbids inline styles has nothing against it; else as any other. */
  function dress(inside) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      inside.adoptedStyleSheets = [sheet];
    } catch {
      inside.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
    }
  }

  function mark() {
    const make = (name, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const drawing = make("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" });
    drawing.append(...MARK.map((d) => make("path", { d })));
    return drawing;
  }

  const host = document.createElement("tro-ly-thu-tuc");
  const inside = host.attachShadow({ mode: "open" });
  dress(inside);
  const button = document.createElement("button");
  button.type = "button";
  button.append(mark(), words.embed_open);
  button.setAttribute("aria-haspopup", "dialog");
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", words.embed_title);
  inside.append(button, dialog);
  let frame = null;

  function open() {
    if (!frame) {
      // Only now: a page whose visitor asks nothing is as fast as before.
      frame = document.createElement("iframe");
      frame.title = words.embed_title;
      frame.src = `${home}/embed`;
      dialog.append(frame);
    }
    const small = matchMedia("(max-width: 600px), (max-height: 480px)").matches;
    if (small) dialog.showModal(); // all of the window: nothing behind it can be reached
    else dialog.show();
    button.hidden = true;
    frame.focus();
  }

  dialog.addEventListener("close", () => {
    button.hidden = false;
    button.focus();
  });
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close());
  button.addEventListener("click", open);
  window.addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.data?.trolyClose) dialog.close();
  });
  const begin = () => document.body.append(host);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
