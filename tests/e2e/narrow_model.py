"""Rewrites the F32 matrices of a model file (GGUF) as F16.

narrow_model.py FROM TO
"""
import struct
import sys

import gguf


def narrow(name, dims, kind, values):
    if kind != gguf.F32 or len(dims) != 2 or "position" in name:  # positions are added
        return dims, kind, values
    n = len(values) // 4
    return dims, gguf.F16, struct.pack(f"<{n}e", *struct.unpack(f"<{n}f", values))  # the nearest, ties to even


def main(source, target):
    entries, tensors = gguf.read(source)
    gguf.write(target, entries, {name: narrow(name, *tensor) for name, tensor in tensors.items()})


main(*sys.argv[1:])
