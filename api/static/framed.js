// Inside an office's site: how the frame is put away again. The site itself learns nothing else.

const close = () => window.parent.postMessage({ trolyClose: true }, "*");

/** Bind the button and Escape; what is open inside is put away first. */
export function settle() {
  document.getElementById("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (!document.querySelector("dialog[open]")) close();
  });
}
