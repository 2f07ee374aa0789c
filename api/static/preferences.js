// Text size and contrast: kept in the browser, shown by aria-pressed, never sent anywhere.

/** Remember a value; a browser that blocks storage simply forgets it. */
function keep(key, on) {
  try {
    if (on) localStorage.setItem(key, "1");
    else localStorage.removeItem(key);
  } catch {
    // Nothing to do: the switch works for this visit.
  }
}

/**
 * Make a button switch a data attribute of the page on and off.
 * `said` holds the sentences announced to screen readers: {on, off}.
 */
export function bindSwitch(button, { attribute, value, key, said, announce }) {
  const root = document.documentElement;
  const show = () => button.setAttribute("aria-pressed", String(root.dataset[attribute] === value));
  button.addEventListener("click", () => {
    const on = root.dataset[attribute] !== value;
    if (on) root.dataset[attribute] = value;
    else delete root.dataset[attribute];
    keep(key, on);
    show();
    announce(on ? said.on : said.off);
  });
  show();
}
