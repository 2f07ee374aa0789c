// The page to print has one button.
document.getElementById("print").addEventListener("click", () => window.print());
