"""The vibration and the sound of a machine with a rolling bearing, healthy or not: a textbook model (shaft tone, noise, and for a fault a
ringing impulse at the rate at which rolling elements pass it). The noise of a sound is the model's, or a recording of a machine that runs."""
import math

import recipe_common as common

RATE_HZ, N_ROWS = 2048, 2048
SOUND_RATE_HZ, SOUND_S = 8000, 3
# Impulses a turn of the shaft, of a bearing with nine balls.
FAULTS = {"outer race": 3.58, "inner race": 5.42}


def machine(seed, kind, n):
    rng = common.Rng(seed, kind, n)
    rpm = rng.between(60, 110) * 15 if seed == 1 else rng.between(60, 110) * 15 + 7
    fault = (None, "outer race", None, "inner race")[n % 4]
    return {"rpm": rpm, "fault": fault, "snr": ("low", "high")[n // 4 % 2], "stream": "%s-%d-%d" % (kind, seed, n)}


def noise(rng, n):
    """n values, roughly normal: sums of four uniform ones."""
    return [sum(rng.below(65536) for _ in range(4)) / 65536.0 - 2 for _ in range(n)]


def stretch(of, recording, n):
    """n values of a recording, from a place that the machine's name decides, as loud as noise()."""
    first = common.Rng(of["stream"], "stretch").below(len(recording) - n + 1)
    values = recording[first:first + n]
    rms = math.sqrt(sum(v * v for v in values) / n)
    return [v / rms / math.sqrt(3) for v in values]


def signal(of, rate_hz, n, ring_hz, decay_s, recording=None):
    rng = common.Rng(of["stream"])
    shaft_hz = of["rpm"] / 60
    level = 0.9 if of["snr"] == "low" else 0.35
    behind = stretch(of, recording, n) if recording else noise(rng, n)
    values = [math.sin(2 * math.pi * shaft_hz * i / rate_hz) + level * x for i, x in enumerate(behind)]
    if of["fault"] is None:
        return values
    period_s, at = 1 / (shaft_hz * FAULTS[of["fault"]]), 0.01
    while at < n / rate_hz:
        first = int(at * rate_hz)
        for i in range(first, min(first + int(6 * decay_s * rate_hz), n)):
            t = i / rate_hz - at
            values[i] += 2.5 * math.exp(-max(t, 0) / decay_s) * math.sin(2 * math.pi * ring_hz * t)
        at += period_s * (1 + (rng.below(2001) - 1000) / 100000)     # balls slip by up to 1 %
    return values


def vibration_csv(of):
    rows = "".join("%.3f\n" % v for v in signal(of, RATE_HZ, N_ROWS, 600, 0.004))
    return "# rate_hz: %d\nacceleration [g]\n%s" % (RATE_HZ, rows)


def sound_bytes(of, recording=None):
    """16-bit samples, little endian."""
    values = signal(of, SOUND_RATE_HZ, SOUND_RATE_HZ * SOUND_S, 2200, 0.002, recording)
    return b"".join(int(max(-32768, min(32767, 4500 * v))).to_bytes(2, "little", signed=True) for v in values)


def words(of):
    """What an expert would read off it, without the verdict."""
    shaft_hz = of["rpm"] / 60
    if of["fault"] is None:
        return "A shaft tone at %.1f Hz and noise; no repeated impulses." % shaft_hz
    return "A shaft tone at %.1f Hz and ringing impulses %.1f times a second, %.2f a turn." % (
        shaft_hz, shaft_hz * FAULTS[of["fault"]], FAULTS[of["fault"]])
