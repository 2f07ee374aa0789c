// Runs before anything else: the text never jumps in size, and a pass never stays in the address
// bar, from where it might be read, shared or sent on. Storage may be blocked.
(function () {
  try {
    var root = document.documentElement;
    var size = { 1: "large", 2: "largest" }[localStorage.getItem("large")];
    if (size) root.dataset.size = size;
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
// A page that broke, or never came whole, says so: nothing is worse than a button that does nothing.
(function () {
  function broken(event) {
    var lost = event.target && event.target.tagName;
    if (lost && lost !== "SCRIPT" && lost !== "LINK") return; // a picture is no such matter
    var shown = document.getElementById("trouble");
    if (shown) shown.hidden = false;
  }
  window.addEventListener("error", broken, true);
  window.addEventListener("unhandledrejection", broken);
  document.addEventListener("click", function (event) {
    if (event.target.id === "reload") location.reload();
  });
})();
