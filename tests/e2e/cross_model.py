"""Makes a llama-cross model of a llama model file (GGUF, F32): the same, and blocks that read media.

cross_model.py FROM TO
"""
import math
import random
import struct
import sys

import gguf

LAYERS = (0, 2)


def noise(*dims):
    n = math.prod(dims)
    return dims, gguf.F32, struct.pack(f"<{n}f", *(random.gauss(0, 0.1) for _ in range(n)))


def blocks(width, key_width, feed_width):
    tensors = {}
    for i in range(len(LAYERS)):
        parts = {"attn_norm": (width,), "media_norm": (width,), "ffn_norm": (width,),
                 "attn_q": (width, width), "attn_k": (width, key_width), "attn_v": (width, key_width),
                 "attn_output": (width, width), "attn_scale": (1,), "ffn_gate": (width, feed_width),
                 "ffn_up": (width, feed_width), "ffn_down": (feed_width, width), "ffn_scale": (1,)}
        tensors.update({f"cross.{i}.{name}.weight": noise(*dims) for name, dims in parts.items()})
    return tensors


def main(source, target):
    random.seed(1)
    entries, tensors = gguf.read(source)
    entries["general.architecture"] = struct.pack("<I", gguf.STRING) + gguf.text("llama-cross")
    entries["cross.layers"] = struct.pack(f"<IIQ{len(LAYERS)}i", gguf.ARRAY, gguf.I32, len(LAYERS), *LAYERS)
    (width, key_width), (_, feed_width) = tensors["blk.0.attn_k.weight"][0], tensors["blk.0.ffn_up.weight"][0]
    gguf.write(target, entries, tensors | blocks(width, key_width, feed_width))


main(*sys.argv[1:])
