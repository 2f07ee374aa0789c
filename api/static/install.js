// On our own page: it opens without a line, and can be put on the phone's screen.

/** Keep the page itself for when the line is down, and offer the browser's own way to install. */
export function settle() {
  // Nothing of this is needed to talk; a browser without it does without.
  navigator.serviceWorker?.register("/worker.js").catch(() => {});
  const button = document.getElementById("install");
  let offer = null;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // never unasked: it stays a line in the menu
    offer = event;
    button.hidden = false;
  });
  window.addEventListener("appinstalled", () => {
    button.hidden = true;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offer?.prompt();
  });
}
