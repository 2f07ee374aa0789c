// Links and pages to print, where they cannot simply open beside the chat.

import { headers, isOwn, mode } from "./session.js";
import { request } from "./transport.js";

const $ = (id) => document.getElementById(id);

/** Open a page to print in a window beside the chat. Where the cookie goes along with that, the form
 * of the button does it (false); else the page is asked for here, and the window sent there. */
export function openPage(reply, failed) {
  if (!isOwn() && mode !== "embed") return false;
  const beside = window.open("", "_blank"); // at once, while the press counts
  const asked = fetch(reply.attachment.open, { method: "POST", headers: headers() });
  asked
    .then((page) => {
      if (!page.ok || !beside) throw new Error(String(page.status));
      beside.location.replace(page.url);
    })
    .catch(() => {
      beside?.close();
      failed();
    });
  return true;
}

/** Show a QR code that leads there: `what` is {reply, choice} for a link, {reply} for a page to
 * print, {} for the conversation itself. */
export async function showCode(what, failed) {
  let made;
  try {
    made = await request("POST", "/web/code", what);
  } catch {
    failed();
    return;
  }
  $("code").querySelector("img").src = made.code;
  $("code").querySelector(".address").textContent = made.address;
  $("code").showModal();
}
