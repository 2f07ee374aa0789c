// A photograph on its way out: made small here, sent with its progress shown, once more if the line
// breaks, with the same id so that it counts once.

import { headers } from "./session.js";
import { Abandoned, answerOf, ConnectionLost, twice } from "./transport.js";

const LONG_SIDE = 2000; // pixels; as many as are read
const SMALL = 600_000; // bytes that go as they are
const PATIENCE = 60_000; // ms for the whole of it on a slow line

/** Call `send(file)` with each photograph that is taken; a screen for everybody has no camera. */
export function bindCamera(send) {
  const input = document.getElementById("photo");
  document.getElementById("camera")?.addEventListener("click", () => input.click());
  input?.addEventListener("change", () => {
    const [file] = input.files;
    if (file) send(file);
    input.value = ""; // the same one may be sent again
  });
}

/** The photograph as a JPEG of a size that is soon sent; as it is where the browser cannot. */
export async function shrunk(file) {
  if (file.size <= SMALL) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85))) ?? file;
  } catch {
    return file; // no picture, or of a kind this browser does not know: the server says so
  }
}

/** Send a photograph; `progress` is called with shares of 1, `lost` before it goes once more. */
export async function sendPhoto(photo, messageId, { progress, lost, signal }) {
  await twice(() => post(photo, messageId, progress, signal), lost);
  return { masked: false };
}

// By XMLHttpRequest: fetch tells no progress of what goes out.
function post(photo, messageId, progress, signal) {
  return new Promise((done, fail) => {
    if (signal?.aborted) return fail(new Abandoned());
    const line = new XMLHttpRequest();
    line.open("POST", `/web/photos?message_id=${encodeURIComponent(messageId)}`);
    line.timeout = PATIENCE;
    line.setRequestHeader("Content-Type", photo.type || "application/octet-stream");
    for (const [name, value] of Object.entries(headers())) line.setRequestHeader(name, value);
    line.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    signal?.addEventListener("abort", () => line.abort());
    line.addEventListener("abort", () => fail(new Abandoned()));
    for (const end of ["error", "timeout"]) {
      line.addEventListener(end, () => fail(new ConnectionLost()));
    }
    line.addEventListener("load", () => {
      try {
        done(answerOf(line.status, line.responseText));
      } catch (error) {
        fail(error);
      }
    });
    line.send(photo);
  });
}
