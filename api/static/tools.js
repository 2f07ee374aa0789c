// The buttons at the head of the page. Which of them there are depends on where it is shown.

import { bindContrast, bindSize } from "./preferences.js";

const $ = (id) => document.getElementById(id);

/** The menu "more" closes by Escape, and by a press beside it. */
function bindMenu(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

/** A button that asks before everything goes. */
function bindDelete(button, dialog, erase) {
  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => {
    const agreed = dialog.returnValue === "delete";
    dialog.returnValue = "";
    if ($("more")) $("more").open = false;
    if (agreed) erase();
  });
}

/**
 * Bind what is there. `meetPerson()` and `erase()` are called when the citizen wants that,
 * `resized(change)` to give the letters another size; returns what shows the switches anew.
 */
export function bindTools({ words, announce, meetPerson, erase, resized }) {
  $("meet-person")?.addEventListener("click", meetPerson);
  $("print")?.addEventListener("click", () => window.print());
  if ($("more")) bindMenu($("more"));
  if ($("delete")) bindDelete($("delete"), $("confirm-delete"), erase);
  const size = bindSize($("text-size"), { words, announce, around: resized });
  const said = { on: words.contrast_on, off: words.contrast_off };
  const contrast = bindContrast($("contrast"), { said, announce });
  return () => {
    size();
    contrast();
  };
}
