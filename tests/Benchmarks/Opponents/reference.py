"""reference.py normalise|filter|beats|key OUT FILE RATE CHANNELS: the usual Python for the same work, a round a line."""
import sys
import time

import numpy as np


def k_weighting(rate):
    """BS.1770 at 48 kHz by bilinear transform, as loudness packages for Python do."""
    a = 10 ** (3.999843853973347 / 40)
    w = 2 * np.pi * 1681.974450955533 / rate
    alpha = np.sin(w) / (2 * 0.7071752369554196)
    cos, root = np.cos(w), 2 * np.sqrt(a) * alpha
    shelf = (np.array([a * (a + 1 + (a - 1) * cos + root), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - root)]),
             np.array([a + 1 - (a - 1) * cos + root, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - root]))
    w = 2 * np.pi * 38.13547087602444 / rate
    alpha = np.sin(w) / (2 * 0.5003270373238773)
    cos = np.cos(w)
    high = (np.array([(1 + cos) / 2, -(1 + cos), (1 + cos) / 2]), np.array([1 + alpha, -2 * cos, 1 - alpha]))
    return shelf, high


def integrated(audio, rate):
    from scipy.signal import lfilter
    for b, a in k_weighting(rate):
        audio = lfilter(b, a, audio, axis=0)
    block, hop = int(0.4 * rate), int(0.1 * rate)
    powers = np.array([np.mean(np.square(audio[at:at + block]), axis=0).sum() for at in range(0, len(audio) - block + 1, hop)])
    kept = powers[powers > 10 ** ((-70 + 0.691) / 10)]
    kept = kept[kept > 0.1 * kept.mean()]
    return -0.691 + 10 * np.log10(kept.mean())


def normalise(audio, rate, out):
    import soundfile
    gained = audio * 10 ** ((-16 - integrated(audio, rate)) / 20)
    if np.max(np.abs(gained)) > 1:
        gained = audio * (0.95 / np.max(np.abs(audio)))
    soundfile.write(out, gained, rate, subtype="PCM_16")


def zero_phase(audio, rate, out):
    """OUT: ORDER,EDGE for a low-pass, ORDER,LOW,HIGH for a band-pass."""
    from scipy.signal import butter, sosfiltfilt
    order, *edges = [int(number) for number in out.split(",")]
    kind = "low" if len(edges) == 1 else "band"
    sosfiltfilt(butter(order, edges if kind == "band" else edges[0], kind, fs=rate, output="sos"), audio, axis=0)


def beats(audio, rate, out):
    import librosa
    librosa.beat.beat_track(y=audio.mean(axis=1), sr=rate)


def key(audio, rate, out):
    import librosa
    librosa.feature.chroma_cqt(y=audio.mean(axis=1), sr=rate).mean(axis=1)


work = {"normalise": normalise, "filter": zero_phase, "beats": beats, "key": key}[sys.argv[1]]
rate, channels = int(sys.argv[4]), int(sys.argv[5])
audio = np.fromfile(sys.argv[3], dtype=np.float32).reshape(-1, channels)
if work is zero_phase:
    audio = audio.astype(np.float64)
for _ in sys.stdin:
    start = time.perf_counter()
    work(audio, rate, sys.argv[2])
    print(f"{time.perf_counter() - start:.9f}", flush=True)
