"""Speech as samples: made by espeak-ng, and found again in what was heard.

All sound is mono, 8000 samples a second, 16 bits: what a telephone line carries.
"""

import hashlib
import os
import subprocess
import tempfile
import wave

import numpy as np

RATE = 8000
# Features: one column of bands every HOP samples.
HOP = 80
WINDOW = 256
BANDS = 24
# Root mean square of 20 ms above which it is voice, of 32768.
LOUD = 250

VOICES = {"en": "en-us", "it": "it", "de": "de", "fr": "fr-fr", "es": "es", "pt": "pt", "nl": "nl"}
_made = os.path.join(tempfile.gettempdir(), f"vestibule-voice-{os.getuid()}")


def synthesise(text, language):
    """The path of a wav file in which `text` is read out, in the voice of `language` (a tag such as it-IT)."""
    voice = VOICES.get(language.split("-")[0].lower())
    if voice is None:
        raise ValueError(f"no voice for {language}")
    os.makedirs(_made, exist_ok=True)
    name = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:32]
    path = os.path.join(_made, f"{name}.wav")
    if not os.path.exists(path):
        own = f"{path}.{os.getpid()}"
        said = subprocess.run(
            ["espeak-ng", "-v", voice, "--stdin", "--stdout"], input=text.encode(), capture_output=True, check=True
        )
        as_told = ["-r", str(RATE), "-b", "16", "-c", "1", "-e", "signed-integer"]
        # -R: the same noise of rounding each time.
        sox = ["sox", "-R", "-t", "wav", "--ignore-length", "-", *as_told, "-t", "wav", own, "gain", "-n", "-6"]
        subprocess.run(sox, input=said.stdout, check=True, capture_output=True)
        os.replace(own, path)
    return path


def beep(seconds=0.4):
    """The path of a tone of 1000 Hz."""
    os.makedirs(_made, exist_ok=True)
    path = os.path.join(_made, "beep.wav")
    own = f"{path}.{os.getpid()}"
    times = np.arange(int(seconds * RATE)) / RATE
    write(own, (8000 * np.sin(2 * np.pi * 1000 * times)).astype(np.int16))
    os.replace(own, path)
    return path


def silence(seconds):
    """The path of a file without a sound."""
    os.makedirs(_made, exist_ok=True)
    path = os.path.join(_made, f"silence-{seconds}.wav")
    own = f"{path}.{os.getpid()}"
    write(own, np.zeros(int(seconds * RATE), np.int16))
    os.replace(own, path)
    return path


def to_line(source, target):
    """Makes of any sound file one that the line carries."""
    as_told = ["-r", str(RATE), "-b", "16", "-c", "1", "-e", "signed-integer"]
    subprocess.run(["sox", source, *as_told, target], check=True, capture_output=True)


def read(path):
    with wave.open(path, "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path} is not of the line")
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def write(path, samples):
    with wave.open(path, "wb") as file:
        file.setframerate(RATE)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.writeframes(np.asarray(samples, np.int16).tobytes())


def recorded(path):
    """What a recording that still goes on holds until now."""
    try:
        with open(path, "rb") as file:
            raw = file.read()[44:]
    except FileNotFoundError:
        raw = b""
    return np.frombuffer(raw[: len(raw) // 2 * 2], np.int16)


def loud(samples):
    """Whether there is voice, for each 20 ms."""
    step = RATE // 50
    frames = samples[: len(samples) // step * step].reshape(-1, step).astype(np.float64)
    return np.sqrt((frames**2).mean(axis=1)) > LOUD if len(frames) else np.zeros(0, bool)


def seconds_of_voice(samples):
    return float(loud(samples).sum()) / 50


def trimmed(samples):
    """Without the silence before and after."""
    frames = np.flatnonzero(loud(samples))
    if not len(frames):
        return samples[:0]
    step = RATE // 50
    return samples[frames[0] * step : (frames[-1] + 1) * step]


def _filters():
    def mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(mel(150), mel(3700), BANDS + 2) / 2595) - 1)
    bins = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    bank = np.zeros((BANDS, len(bins)))
    for band in range(BANDS):
        low, middle, high = edges[band : band + 3]
        bank[band] = np.clip(np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)), 0, None)
    return bank


_BANK = _filters()


def features(samples):
    """Logarithms of energy: one row every 10 ms, one column a band. What is softer than the line's noise counts as that."""
    if len(samples) < WINDOW:
        return np.zeros((0, BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2 / WINDOW
    return np.log(power @ _BANK.T + 3e3)


def scores(sound, template):
    """Normalised cross-correlation of two sounds' features, from -1 to 1, at each shift of 10 ms."""
    heard, told = features(sound), features(template)
    size = len(told)
    if size == 0 or len(heard) < size:
        return np.zeros(0)
    told = told - told.mean(axis=0)
    length = 1 << int(np.ceil(np.log2(len(heard) + size)))
    spectrum = np.fft.rfft(heard, length, axis=0) * np.conj(np.fft.rfft(told, length, axis=0))
    product = np.fft.irfft(spectrum, length, axis=0)[: len(heard) - size + 1].sum(axis=1)

    def windows(values):
        total = np.vstack([np.zeros((1, BANDS)), np.cumsum(values, axis=0)])
        return total[size:] - total[:-size]

    spread = np.clip(windows(heard**2) - windows(heard) ** 2 / size, 0, None).sum(axis=1)
    # Of silence nothing is to be told: there the spread is as good as none.
    return np.where(spread > size, product / np.sqrt(np.maximum(spread, size) * (told**2).sum() + 1e-9), 0.0)


def find(sound, template, least):
    """Seconds at which `template` begins in `sound`, each with its score. Two matches do not overlap."""
    told = scores(sound, trimmed(template))
    size = len(features(trimmed(template)))
    found = []
    told = told.copy()
    while len(told) and told.max() >= least:
        at = int(told.argmax())
        found.append((at * HOP / RATE, float(told[at])))
        told[max(0, at - size + 1) : at + size] = -1
    return sorted(found)
