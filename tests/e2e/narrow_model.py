"""Rewrites the F32 matrices of a model file (GGUF) as F16, each at the beginning of its room.

narrow_model.py FROM TO
"""
import struct
import sys

F32, F16 = 0, 1
STRING, ARRAY = 8, 9
VALUE_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
ALIGNMENT = 32


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def take_text(self):
        (n,) = self.take("Q")
        self.at += n
        return bytes(self.data[self.at - n : self.at]).decode()

    def skip_entry(self):
        self.take_text()
        (kind,), n = self.take("I"), 1
        if kind == ARRAY:
            kind, n = self.take("IQ")
        if kind != STRING:
            self.at += n * VALUE_BYTES[kind]
            return
        for _ in range(n):
            self.take_text()


def narrow(data, at, n):
    values = struct.unpack_from(f"<{n}f", data, at)
    struct.pack_into(f"<{n}e", data, at, *values)  # the nearest, ties to even


def main(source, target):
    with open(source, "rb") as file:
        data = bytearray(file.read())
    reader = Reader(data)
    _, _, n_tensors, n_entries = reader.take("4sIQQ")
    for _ in range(n_entries):
        reader.skip_entry()
    matrices = []
    for _ in range(n_tensors):
        name = reader.take_text()
        dims = reader.take("%dQ" % reader.take("I")[0])
        place = reader.at
        kind, offset = reader.take("IQ")
        if kind == F32 and len(dims) == 2 and "position" not in name:  # positions are added
            struct.pack_into("<I", data, place, F16)
            matrices.append((offset, dims[0] * dims[1]))
    begin = -(-reader.at // ALIGNMENT) * ALIGNMENT
    for offset, n in matrices:
        narrow(data, begin + offset, n)
    with open(target, "wb") as file:
        file.write(data)


main(*sys.argv[1:])
