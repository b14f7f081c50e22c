"""Scenes of a few plain bodies on a table, before and after one change, and their POV-Ray text. Python standard library only."""
import math

import recipe_common as common

PAIRS, WIDTH, HEIGHT = 30, 400, 300
CHANGES = ("removed", "added", "moved", "recoloured", "nothing")
COLOURS = {"red": (0.80, 0.06, 0.05), "blue": (0.06, 0.16, 0.75), "green": (0.05, 0.45, 0.10), "yellow": (0.92, 0.78, 0.05),
           "purple": (0.42, 0.08, 0.55), "orange": (0.95, 0.40, 0.03), "white": (0.93, 0.93, 0.93), "black": (0.03, 0.03, 0.03)}
SHAPES = ("ball", "cube", "cylinder", "cone", "ring")
LIGHTS = {"same": None, "dimmer": (-4, 9, -6, 0.45), "other side": (5, 7, -5, 1.0)}  # of the second picture
LIGHT = (-4, 9, -6, 1.0)                        # x, y, z, strength
CAMERA_HEIGHT, CAMERA_DISTANCE, LOOK_AT, ANGLE = 4.6, 9.5, (0.0, 0.4, 0.0), 42.0
RADIUS = 0.6                                    # of the ball round every body, over which occlusion is computed
HALF_X, HALF_Z = 2.9, 2.0                       # the table, as far as bodies stand on it


def name(body):
    return "%s %s" % (body["colour"], body["shape"])


def eye(turn):
    """Where the camera stands, turned round the table by so many degrees."""
    a = math.radians(turn)
    return CAMERA_DISTANCE * math.sin(a), CAMERA_HEIGHT, -CAMERA_DISTANCE * math.cos(a)


def project(body, turn):
    """Middle in the picture (x, y in half widths, right and up), radius, and distance from the camera."""
    e = eye(turn)
    forward = [l - c for l, c in zip(LOOK_AT, e)]
    length = math.sqrt(sum(f * f for f in forward))
    forward = [f / length for f in forward]
    right = (-forward[2], 0.0, forward[0])
    norm = math.hypot(right[0], right[2])
    right = [-r / norm for r in right]          # POV-Ray's axes are left-handed
    up = (forward[1] * right[2] - forward[2] * right[1], forward[2] * right[0] - forward[0] * right[2],
          forward[0] * right[1] - forward[1] * right[0])
    at = [p - c for p, c in zip((body["x"], RADIUS, body["z"]), e)]
    depth = sum(a * f for a, f in zip(at, forward))
    scale = 1 / (depth * math.tan(math.radians(ANGLE / 2)))
    return (sum(a * r for a, r in zip(at, right)) * scale, sum(a * u for a, u in zip(at, up)) * scale, RADIUS * scale, depth)


def covered(bodies, turn):
    """The largest share of a body's disc that discs in front of it cover."""
    seen = [project(b, turn) for b in bodies]
    worst = 0.0
    for x, y, r, depth in seen:
        front = [s for s in seen if s[3] < depth]
        hidden = total = 0
        for i in range(-9, 10):
            for j in range(-9, 10):
                if i * i + j * j <= 81:
                    total += 1
                    u, v = x + r * i / 9, y + r * j / 9
                    hidden += any((u - a) ** 2 + (v - b) ** 2 <= c * c for a, b, c, _ in front)
        worst = max(worst, hidden / total)
    return worst


def inside(bodies, turn):
    return all(abs(x) + r < 0.97 and abs(y) + r < 0.97 * HEIGHT / WIDTH for x, y, r, _ in (project(b, turn) for b in bodies))


def free(bodies, x, z):
    return all(math.hypot(b["x"] - x, b["z"] - z) > 2.15 * RADIUS for b in bodies)


def spot(rng, bodies):
    while True:
        x, z = (rng.between(-1000, 1000) / 1000 * half for half in (HALF_X, HALF_Z))
        if free(bodies, x, z):
            return x, z


def new_body(rng, bodies):
    colour = rng.choice([c for c in COLOURS if c not in [b["colour"] for b in bodies]])
    x, z = spot(rng, bodies)
    return {"colour": colour, "shape": rng.choice(SHAPES), "x": x, "z": z, "turned": rng.below(90)}


def changed(rng, before, change):
    """The bodies afterwards, and the body that it is about as it is called in the question."""
    after = [dict(b) for b in before]
    body = rng.choice(after)
    if change == "removed":
        after.remove(body)
    elif change == "added":
        body = new_body(rng, after)
        after.append(body)
    elif change == "moved":
        rest = [b for b in after if b is not body]
        old = body["x"], body["z"]
        while math.hypot(body["x"] - old[0], body["z"] - old[1]) < 1.6:
            body["x"], body["z"] = spot(rng, rest)
    elif change == "recoloured":
        called = name(body)
        body["colour"] = rng.choice([c for c in COLOURS if c not in [b["colour"] for b in after]])
        return after, called
    return after, None if change == "nothing" else name(body)


def relations(before, after, turn):
    """Two bodies of the first picture that stand clearly side by side, two of the second at clearly different distances; or None."""
    def apart(bodies, angle, axis, gap):
        seen = [(project(b, angle)[axis], b) for b in bodies]
        pairs = [(p, q) for i, p in enumerate(seen) for q in seen[i + 1:] if abs(p[0] - q[0]) > gap]
        return pairs
    return apart(before, 0, 0, 0.18), apart(after, turn, 3, 1.2)


def make_pair(seed, number):
    rng = common.Rng("before_after", seed, "pair", number)
    kind, round_ = number % 5, number // 5      # every change meets every light, camera and occlusion
    change, light = CHANGES[kind], list(LIGHTS)[round_ % 3]
    turn = (0, 12, -12)[(2 * kind + round_) % 3]
    occlusion = ("none", "partial")[(kind + round_) % 2]
    while True:
        before = []
        for _ in range(4 + rng.below(3)):
            before.append(new_body(rng, before))
        after, body = changed(rng, before, change)
        hidden = max(covered(before, 0), covered(after, turn))
        fits = hidden <= 0.02 if occlusion == "none" else 0.15 <= hidden <= 0.5
        beside, behind = relations(before, after, turn)
        if fits and beside and behind and inside(before, 0) and inside(after, turn):
            break
    return {"id": "pair-%02d" % (number + 1), "change": change, "body": body, "before": before, "after": after, "light": light,
            "turn": turn, "occlusion": occlusion, "beside": rng.choice(beside), "behind": rng.choice(behind),
            "logged": rng.choice([c for c in CHANGES if c != change]) if number % 2 == 0 else None,
            "ground": tuple(rng.between(45, 75) / 100 for _ in range(3))}


# ---- POV-Ray

BODIES = {
    "ball": "sphere { <0, 0.6, 0>, 0.6",
    "cube": "box { <-0.5, 0, -0.5>, <0.5, 1, 0.5>",
    "cylinder": "cylinder { <0, 0, 0>, <0, 1.1, 0>, 0.5",
    "cone": "cone { <0, 0, 0>, 0.6, <0, 1.25, 0>, 0",
    "ring": "torus { 0.45, 0.17 rotate <90, 0, 0> translate <0, 0.62, 0>",
}


def pov(pair, which):
    bodies = pair[which]
    turn = pair["turn"] if which == "after" else 0
    light = (LIGHTS[pair["light"]] if which == "after" else None) or LIGHT
    lines = ["#version 3.7;", "global_settings { assumed_gamma 1.0 }",
             "background { rgb <0.75, 0.80, 0.86> }",
             "camera { location <%.4f, %.4f, %.4f> right x*%d/%d angle %.1f look_at <%.1f, %.1f, %.1f> }"
             % (*eye(turn), WIDTH, HEIGHT, ANGLE, *LOOK_AT),
             "light_source { <%.1f, %.1f, %.1f> rgb %.2f area_light <1.5, 0, 0>, <0, 0, 1.5>, 5, 5 adaptive 1 }" % light,
             "light_source { <0, 6, -9> rgb %.2f shadowless }" % (0.35 * light[3]),
             "plane { y, 0 pigment { rgb <%.2f, %.2f, %.2f> } finish { ambient 0.12 diffuse 0.75 } }" % pair["ground"]]
    for b in bodies:
        lines.append("%s rotate <0, %d, 0> translate <%.3f, 0, %.3f> pigment { rgb <%.2f, %.2f, %.2f> } "
                     "finish { ambient 0.15 diffuse 0.75 phong 0.4 phong_size 60 } }"
                     % (BODIES[b["shape"]], b["turned"], b["x"], b["z"], *COLOURS[b["colour"]]))
    return "\n".join(lines) + "\n"
