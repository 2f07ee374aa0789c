// Speaking instead of writing: recorded here for a minute at most, heard by the server. Nothing of
// it is kept on the page.

const MOST = 60_000; // ms
const LEAST = 700; // ms; what is shorter was a slip of the finger
const BITS = 32_000; // a second: speech needs no more

const $ = (id) => document.getElementById(id);
const button = $("speak");
const clock = $("recording-time");

/** Whether this browser can record; over plain http it may not. */
const able = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

function shown(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** One recording, from the press to its end. */
class Recording {
  constructor(stream, onEnd) {
    this.stream = stream;
    this.pieces = [];
    this.began = performance.now();
    this.recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS });
    this.recorder.ondataavailable = ({ data }) => this.pieces.push(data);
    this.recorder.onstop = () => onEnd(this.#sound());
    this.recorder.onerror = () => this.cancel();
    this.recorder.start();
    this.ticking = setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  get lasted() {
    return performance.now() - this.began;
  }

  #tick() {
    clock.textContent = shown(this.lasted);
    if (this.lasted >= MOST) this.finish();
  }

  /** What was recorded; null where it was cancelled or is too short to hold a word. */
  #sound() {
    clearInterval(this.ticking);
    for (const track of this.stream.getTracks()) track.stop(); // the browser's red sign goes
    if (this.cancelled || this.tooShort) return null;
    return new Blob(this.pieces, { type: this.recorder.mimeType });
  }

  finish() {
    this.tooShort = this.lasted < LEAST;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }

  cancel() {
    this.cancelled = true;
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }
}

/** Show the button where it is of use; `send(sound)` gets each recording, a Blob. Returns what ends
 * a recording that nobody wants any more. */
export function bindVoice({ words, announce, send }) {
  let recording = null;
  let asking = false;

  function show(isOn) {
    $("recording").hidden = !isOn;
    $("composer").hidden = isOn;
    announce(isOn ? words.voice_recording : "");
    (isOn ? $("voice-send") : button).focus();
  }

  function end(sound) {
    const { tooShort } = recording;
    recording = null;
    show(false);
    $("hint").textContent = tooShort ? words.voice_short : "";
    if (sound) send(sound);
  }

  async function begin() {
    if (recording || asking) return;
    asking = true;
    $("hint").textContent = "";
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      recording = new Recording(stream, end);
      show(true);
    } catch {
      $("hint").textContent = words.voice_denied;
    } finally {
      asking = false;
    }
  }

  button.hidden = !able();
  $("composer").classList.toggle("speaks", able());
  button.addEventListener("click", begin);
  $("voice-send").addEventListener("click", () => recording?.finish());
  $("voice-cancel").addEventListener("click", () => recording?.cancel());
  $("recording").addEventListener("keydown", (event) => {
    if (event.key === "Escape") recording?.cancel();
  });
  return () => recording?.cancel();
}
