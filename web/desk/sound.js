// A short chime, made here: no file to load.

let context = null;

export function chime() {
  try {
    context ||= new AudioContext();
    const begin = context.currentTime;
    [660, 880].forEach((pitch, at) => {
      const tone = context.createOscillator();
      const level = context.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, begin + at * 0.12);
      level.gain.exponentialRampToValueAtTime(0.12, begin + at * 0.12 + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, begin + at * 0.12 + 0.3);
      tone.connect(level).connect(context.destination);
      tone.start(begin + at * 0.12);
      tone.stop(begin + at * 0.12 + 0.32);
    });
  } catch {
    // A browser that plays nothing shows it all the same.
  }
}
