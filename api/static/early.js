// Runs before anything else: the text never jumps in size, and a pass never stays in the address
// bar, from where it might be read, shared or sent on. Storage may be blocked.
(function () {
  try {
    var root = document.documentElement;
    if (localStorage.getItem("large") === "1") root.dataset.size = "large";
    if (localStorage.getItem("contrast") === "1") root.dataset.contrast = "high";
  } catch (error) {
    // The switches still work for this visit.
  }
})();
(function () {
  var pass = new URLSearchParams(location.search).get("t");
  if (pass === null) return;
  window.openedPass = pass;
  history.replaceState(null, "", location.pathname);
})();
