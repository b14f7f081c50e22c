"""Reads and writes model files (GGUF), for tests that need one that is a little different."""
import struct

F32, F16 = 0, 1
I32, STRING, ARRAY = 5, 8, 9
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
        return self.data[self.at - n : self.at].decode()

    def take_entry(self):
        """Its key, and the bytes of its type and value."""
        key = self.take_text()
        begin = self.at
        (kind,), n = self.take("I"), 1
        if kind == ARRAY:
            kind, n = self.take("IQ")
        if kind != STRING:
            self.at += n * VALUE_BYTES[kind]
        for _ in range(n if kind == STRING else 0):
            self.take_text()
        return key, self.data[begin : self.at]

    def take_tensor(self):
        name = self.take_text()
        dims = self.take("%dQ" % self.take("I")[0])
        return name, dims, *self.take("IQ")


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def read(path):
    """Entries by key, and (dims, type, bytes) of tensors by name."""
    with open(path, "rb") as file:
        reader = Reader(file.read())
    _, _, n_tensors, n_entries = reader.take("4sIQQ")
    entries = dict(reader.take_entry() for _ in range(n_entries))
    tensors = [reader.take_tensor() for _ in range(n_tensors)]
    begin = -(-reader.at // ALIGNMENT) * ALIGNMENT
    ends = [offset for *_, offset in tensors[1:]] + [len(reader.data) - begin]
    return entries, {name: (dims, kind, reader.data[begin + offset : begin + end])
                     for (name, dims, kind, offset), end in zip(tensors, ends)}


def write(path, entries, tensors):
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries))
    head += b"".join(text(key) + value for key, value in entries.items())
    data = b""
    for name, (dims, kind, values) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, len(data))
        data += values + bytes(-len(values) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(head + bytes(-len(head) % ALIGNMENT) + data)
