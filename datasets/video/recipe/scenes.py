"""Scripts of events, the frames that show them, and the questions that follow from them."""
import recipe_common as common

WIDTH, HEIGHT = 192, 144
# Seed 1 has these colours and shapes, other seeds the others: nothing that is seen is in both.
COLOURS = {True: {"red": (214, 40, 40), "blue": (32, 84, 200), "yellow": (236, 196, 30), "white": (245, 245, 245)},
           False: {"green": (40, 150, 60), "orange": (240, 130, 20), "purple": (130, 50, 160), "black": (15, 15, 15)}}
SHAPES = {True: ("ball", "box"), False: ("triangle", "bar")}
GROUNDS = {True: {"grey": (120, 124, 128), "sand": (186, 170, 140)}, False: {"slate": (88, 100, 112), "moss": (120, 136, 96)}}
EVENTS = ("crosses from left to right", "crosses from right to left", "falls from the top", "appears and stays for a while")
CROSSING_S = 2.5


def short(seed, n):
    rng = common.Rng(seed, "short", n)
    own = seed == 1
    length = rng.between(10, 20)
    script = head(rng, own, "short-%02d" % (n + 1), rng.choice((5, 10)), length, "short")
    events, at = [], rng.between(5, 15) / 10
    for _ in range(rng.between(2, 4)):
        event = one_event(rng, own, at, 1.0)
        if event["end"] > length - 0.5:
            break
        events.append(event)
        at = event["end"] + rng.between(8, 20) / 10
    return dict(script, events=events)


def long(seed, n):
    """Ten minutes in which little happens, as a surveillance camera sees it."""
    rng = common.Rng(seed, "long", n)
    script = head(rng, seed == 1, "long-%d" % (n + 1), 2, 600, "long")
    events, at = [], rng.between(20, 60)
    while at < 560:
        events.append(one_event(rng, seed == 1, at, 2.0))
        at = events[-1]["end"] + rng.between(40, 150)
    return dict(script, events=events)


def head(rng, own, name, fps, length_s, length):
    return {"id": name, "fps": fps, "length_s": length_s, "length": length,
            "noise": rng.choice(("none", "some")) if length == "short" else "none",
            "background": rng.choice(sorted(GROUNDS[own])), "own": own, "noise_seed": rng.below(1 << 30)}


def one_event(rng, own, at, slowness):
    kind = rng.choice(EVENTS)
    lasts = CROSSING_S * slowness if kind != EVENTS[3] else rng.between(20, 40) / 10 * slowness
    return {"kind": kind, "colour": rng.choice(sorted(COLOURS[own])), "shape": rng.choice(SHAPES[own]), "start": round(at, 1),
            "end": round(at + lasts, 1), "y": rng.between(30, HEIGHT - 30), "x": rng.between(30, WIDTH - 30)}


# ---- frames

def place(event, at):
    share = (at - event["start"]) / (event["end"] - event["start"])
    if event["kind"] == EVENTS[0]:
        return int(-20 + share * (WIDTH + 40)), event["y"]
    if event["kind"] == EVENTS[1]:
        return int(WIDTH + 20 - share * (WIDTH + 40)), event["y"]
    if event["kind"] == EVENTS[2]:
        return event["x"], int(-20 + share * (HEIGHT + 40))
    return event["x"], event["y"]


def half_width(shape, dy):
    """Of the row dy below the middle, or a negative number."""
    if shape == "ball":
        return int(max(14 * 14 - dy * dy, 0) ** 0.5) if abs(dy) <= 14 else -1
    if shape == "box":
        return 14 if abs(dy) <= 14 else -1
    if shape == "triangle":
        return (dy + 14) // 2 if abs(dy) <= 14 else -1
    return 5 if abs(dy) <= 18 else -1


def draw(frame, event, at):
    x, y = place(event, at)
    colour = bytes(COLOURS[event["colour"] in COLOURS[True]][event["colour"]])
    for dy in range(-18, 19):
        half, row = half_width(event["shape"], dy), y + dy
        left, right = max(x - half, 0), min(x + half + 1, WIDTH)
        if half >= 0 and 0 <= row < HEIGHT and left < right:
            frame[(row * WIDTH + left) * 3:(row * WIDTH + right) * 3] = colour * (right - left)


def frames(script):
    ground = bytes(GROUNDS[script["own"]][script["background"]])
    plain = bytearray(ground * (WIDTH * HEIGHT))
    state = script["noise_seed"]
    for n in range(int(script["length_s"] * script["fps"])):
        frame, at = bytearray(plain), n / script["fps"]
        for event in script["events"]:
            if event["start"] <= at < event["end"]:
                draw(frame, event, at)
        if script["noise"] == "some":
            for _ in range(60):                       # specks, by a linear congruential generator
                state = (state * 1103515245 + 12345) & 0x7fffffff
                at_byte = state % (WIDTH * HEIGHT) * 3
                frame[at_byte:at_byte + 3] = bytes((state >> 8 & 255,)) * 3
        yield bytes(frame)


# ---- questions

def name_of(event):
    return "%s %s" % (event["colour"], event["shape"])


def clock(seconds):
    return "%d:%04.1f" % (seconds // 60, seconds % 60)


def span(event):
    return "%s - %s" % (clock(event["start"]), clock(event["end"]))


def unique(events):
    """Events whose thing and movement are there once, so that a question names one."""
    keys = [(name_of(e), e["kind"]) for e in events]
    return [e for e in events if keys.count((name_of(e), e["kind"])) == 1]


def questions(script):
    events = script["events"]
    own = script["own"]
    single = unique(events)
    made = [{"kind": "count", "event": "any", "text": "How many things come into view in the whole video?", "references": [str(len(events))]}]
    if single:
        rng = common.Rng(script["noise_seed"], "which", script["id"])
        event = rng.choice(single)
        made.append({"kind": "when", "event": event["kind"], "references": [span(event)],
                     "text": "When is the %s in view that %s? Answer as M:SS - M:SS." % (name_of(event), event["kind"])})
    made.append({"kind": "first", "event": events[0]["kind"], "text": "What comes into view first? Answer with colour and shape.",
                 "references": [name_of(events[0])]})
    made.append({"kind": "last", "event": events[-1]["kind"], "references": [EVENTS[EVENTS.index(events[-1]["kind"])]],
                 "text": "What does the last thing do? Answer with one of: %s." % "; ".join(EVENTS)})
    colours = sorted({e["colour"] for e in events})
    absent = [c for c in sorted(COLOURS[own]) if c not in colours]
    if absent:
        made.append({"kind": "absent", "event": "none", "text": "Is anything %s ever in view? Answer yes or no." % absent[0], "references": ["no"]})
    made.append({"kind": "present", "event": "any", "text": "Is anything %s ever in view? Answer yes or no." % colours[0], "references": ["yes"]})
    return made


def twin(script):
    lines = ["A %s background; the video lasts %s." % (script["background"], clock(script["length_s"]))]
    lines += ["From %s to %s a %s %s." % (clock(e["start"]), clock(e["end"]), name_of(e), e["kind"]) for e in script["events"]]
    return " ".join(lines)
