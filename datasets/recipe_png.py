"""Pixels to a small palette PNG. Python standard library only."""
import struct
import zlib


def _nearest(palette, c):
    best, distance = 0, 1 << 30
    for i, p in enumerate(palette):
        d = (p[0] - c[0]) ** 2 + (p[1] - c[1]) ** 2 + (p[2] - c[2]) ** 2
        if d < distance:
            best, distance = i, d
    return best


def _palette(counts, n):
    """The most used colours exactly, then, again and again, the colour farthest from all chosen so far."""
    colours = sorted(counts, key=lambda c: (-counts[c], c))
    if len(colours) <= n:
        return colours
    palette = colours[:n // 4]
    rest = [c for c in colours[n // 4:] if counts[c] > 2]
    distance = [min(sum((a - b) ** 2 for a, b in zip(c, p)) for p in palette) for c in rest]
    while len(palette) < n and rest:
        k = max(range(len(rest)), key=distance.__getitem__)
        if not distance[k]:
            break
        p = rest[k]
        palette.append(p)
        distance = [min(d, (c[0] - p[0]) ** 2 + (c[1] - p[1]) ** 2 + (c[2] - p[2]) ** 2) for d, c in zip(distance, rest)]
    return palette


def encode(rgba, width, height):
    """PNG bytes for `rgba` (4 bytes a pixel, alpha ignored): 16 greys in 4 bits, or 192 colours in 8."""
    pixels = memoryview(rgba).cast("I").tolist()
    counts = {}
    for v in pixels:
        counts[v] = counts.get(v, 0) + 1
    colour = {v: v.to_bytes(4, "little")[:3] for v in counts}           # the machine that renders is little-endian
    by_colour = {}
    for v, n in counts.items():
        c = tuple(colour[v])
        by_colour[c] = by_colour.get(c, 0) + n
    grey = all(max(c) - min(c) <= 8 for c in by_colour)
    palette = _palette(by_colour, 16 if grey else 192)
    depth = 4 if len(palette) <= 16 else 8
    index = {v: _nearest(palette, tuple(c)) for v, c in colour.items()}
    flat = bytes(map(index.__getitem__, pixels))
    lines = []
    for y in range(height):
        line = flat[y * width:(y + 1) * width]
        if depth == 4:
            line = bytes(a << 4 | b for a, b in zip(line[0::2], line[1::2] + b"\0" * (width % 2)))
        lines.append(b"\0" + line)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0))
            + chunk(b"PLTE", b"".join(bytes(p) for p in palette)) + chunk(b"IDAT", zlib.compress(b"".join(lines), 9))
            + chunk(b"IEND", b""))
