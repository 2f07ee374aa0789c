// Runs before the first paint, so that the text never jumps in size. Storage may be blocked.
(function () {
  try {
    var root = document.documentElement;
    if (localStorage.getItem("large") === "1") root.dataset.size = "large";
    if (localStorage.getItem("contrast") === "1") root.dataset.contrast = "high";
  } catch (error) {
    // The switches still work for this visit.
  }
})();
