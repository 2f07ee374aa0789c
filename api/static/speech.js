// Reading a reply aloud with the browser's own Vietnamese voice, where it has one.

const synthesis = window.speechSynthesis ?? null;
let reading = null; // the button whose reply is being read

/** A Vietnamese voice, one on the device before one on a server; null when there is none. */
function vietnameseVoice() {
  const voices = (synthesis?.getVoices() ?? []).filter((voice) => /^vi\b/i.test(voice.lang));
  return voices.find((voice) => voice.localService) ?? voices[0] ?? null;
}

/** Call `changed(available)` now and whenever the browser's voices change. */
export function watchVoices(changed) {
  if (!synthesis) return;
  const tell = () => changed(vietnameseVoice() !== null);
  synthesis.addEventListener?.("voiceschanged", tell);
  tell();
}

/** Stop whatever is being read. */
export function stopReading() {
  synthesis?.cancel();
  reading?.done();
  reading = null;
}

/**
 * Read sentences one after another, or stop when this button's reply is the one being read.
 * Sentences are queued singly: some browsers cut an utterance longer than 15 seconds.
 */
export function toggleReading(button, sentences, { started, done }) {
  const again = reading?.button === button;
  stopReading();
  const voice = vietnameseVoice();
  if (again || !voice) return;
  const current = { button, done };
  reading = current;
  started();
  sentences.forEach((sentence, index) => {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    const last = index === sentences.length - 1;
    const finish = () => {
      if (reading === current) stopReading();
    };
    utterance.onerror = finish;
    if (last) utterance.onend = finish;
    synthesis.speak(utterance);
  });
}
