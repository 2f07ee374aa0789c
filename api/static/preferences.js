// Text size and contrast: kept in the browser, never sent anywhere.

const root = document.documentElement;
const SIZES = ["normal", "large", "largest"];

/** Remember a value ("" forgets it); a browser that blocks storage simply does not. */
function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // Nothing to do: the switch works for this visit.
  }
}

const size = () => Math.max(0, SIZES.indexOf(root.dataset.size ?? ""));

function setSize(step) {
  if (step === 0) delete root.dataset.size;
  else root.dataset.size = SIZES[step];
  keep("large", step === 0 ? "" : String(step));
}

/**
 * Make a button go through the sizes of text; it says which comes next. `words` has for each size
 * `size_<next>` for the button and `size_is_<now>` for screen readers; `around(change)` does the change.
 */
export function bindSize(button, { words, announce, around }) {
  const next = { normal: "size_larger", large: "size_largest", largest: "size_normal" };
  const label = button.querySelector("span") ?? button;
  const show = () => {
    label.textContent = words[next[SIZES[size()]]];
  };
  button.addEventListener("click", () => {
    around(() => setSize((size() + 1) % SIZES.length));
    show();
    announce(words[`size_is_${SIZES[size()]}`]);
  });
  show();
  return show;
}

/** Make a button switch high contrast on and off; `said`: what screen readers hear, {on, off}. */
export function bindContrast(button, { said, announce }) {
  const isOn = () => root.dataset.contrast === "high";
  const show = () => button.setAttribute("aria-pressed", String(isOn()));
  button.addEventListener("click", () => {
    if (isOn()) delete root.dataset.contrast;
    else root.dataset.contrast = "high";
    keep("contrast", isOn() ? "1" : "");
    show();
    announce(isOn() ? said.on : said.off);
  });
  show();
  return show;
}

/** Back to how the page is for somebody new. */
export function reset() {
  setSize(0);
  delete root.dataset.contrast;
  keep("contrast", "");
}
