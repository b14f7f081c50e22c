"""Pieces of real photographs of brick and gravel, some with a crack that is drawn: a walk that darkens what it crosses."""
import math

import recipe_common as common

SIDE = 192
QUADRANTS = ("top left", "top right", "bottom left", "bottom right")


def piece(seed, n, texture):
    """Seed 1 takes the left half of the photograph, other seeds the right one. Grey values [SIDE, SIDE], and what is in them."""
    rng = common.Rng(seed, "surface", n)
    width, height, grey = texture
    x = rng.below(width // 2 - SIDE) + (0 if seed == 1 else width // 2)
    y = rng.below(height - SIDE)
    pixels = bytearray(b"".join(grey[(y + row) * width + x:(y + row) * width + x + SIDE] for row in range(SIDE)))
    crack = draw_crack(rng, pixels) if n % 2 == 0 else None
    return pixels, crack


def draw_crack(rng, pixels):
    quadrant = rng.below(4)
    half = SIDE // 2
    x, y = rng.between(20, half - 20) + half * (quadrant % 2), rng.between(20, half - 20) + half * (quadrant // 2)
    length = rng.choice((24, 60))
    angle, depth, width = rng.below(628) / 100, rng.between(90, 150), rng.choice((1, 2))
    left, top = half * (quadrant % 2), half * (quadrant // 2)
    for _ in range(length):
        angle += (rng.below(201) - 100) / 180
        x += math.cos(angle)
        y += math.sin(angle)
        if not (left + 4 < x < left + half - 4 and top + 4 < y < top + half - 4):      # it stays in its quadrant
            angle += math.pi / 2
            x, y = min(max(x, left + 5), left + half - 5), min(max(y, top + 5), top + half - 5)
        for dx in range(width):
            at = int(y) * SIDE + int(x) + dx
            pixels[at] = max(pixels[at] - depth, 8)
    return {"quadrant": QUADRANTS[quadrant], "length": "short" if length < 40 else "long"}
