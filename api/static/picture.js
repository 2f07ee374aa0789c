// Drawings: in their bubble, and as large as the window when pressed.

const dialog = document.getElementById("picture");

/** Put a drawing {url, alt, width, height} into an image, whose place is kept until it is there. */
export function showIn(image, { url, alt, width, height }) {
  image.width = width;
  image.height = height;
  image.alt = alt;
  image.src = url;
}

/** Show a drawing as large as fits; Escape, the button or a tap puts it away. */
export function enlarge(control, drawing) {
  control.focus(); // some browsers do not focus what was clicked, and it is gone back to
  showIn(dialog.querySelector("img"), drawing);
  dialog.showModal();
}

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("form")) dialog.close();
});
