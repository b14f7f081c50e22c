"""What the dataset recipes share: a stable random generator, and the writing and checking of
samples.jsonl and manifest.json. Python standard library only.

    python3 datasets/recipe_common.py DIR ...      checks datasets on disk: schema, twins, order, hashes, missing and stray media
"""
import hashlib
import json
import os
import sys

PART_KEYS = ("text", "image", "audio", "video", "page", "series")
SAMPLE_KEYS = ("id", "parts", "references", "cluster", "attributes", "source", "licence", "kind", "label_origin")
MANIFEST_KEYS = ("name", "version", "title", "description", "kind", "licence", "label_origin", "sources",
                 "n_samples", "samples", "samples_sha256")
SOURCE_KEYS = ("name", "url_or_package", "licence", "attribution", "what")


class Rng:
    """SHA-256 in counter mode: the same seed gives the same draws under every Python version, and named streams are
    independent, so a new question on one page moves nothing on another."""

    def __init__(self, *name):
        self.name = "/".join(str(n) for n in name).encode()
        self.counter = 0

    def below(self, n):
        self.counter += 1
        digest = hashlib.sha256(self.name + b"#%d" % self.counter).digest()
        return int.from_bytes(digest[:16], "big") % n

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, percent):
        return self.below(100) < percent

    def choice(self, items):
        return items[self.below(len(items))]

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

    def sample(self, items, n):
        return self.shuffled(items)[:n]


def sha256_bytes(data):
    return hashlib.sha256(data).hexdigest()


def sha256_file(path):
    with open(path, "rb") as f:
        return sha256_bytes(f.read())


def media_part(kind, root, path, media_type):
    return {kind: path, "sha256": sha256_file(os.path.join(root, path)), "media_type": media_type}


def sample(id, parts, references, cluster, attributes, source, licence, kind, label_origin, **more):
    """One row, keys in the fixed order; `more` are extra top-level keys, which readers ignore."""
    row = {"id": id, "parts": parts, "references": references, "cluster": cluster,
           "attributes": {k: attributes[k] for k in sorted(attributes)},
           "source": source, "licence": licence, "kind": kind, "label_origin": label_origin}
    row.update(more)
    return row


def write_text(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write(text)


def write_dataset(out, manifest, samples):
    """Writes samples.jsonl (sorted by id, bytewise) and manifest.json into `out`."""
    samples = sorted(samples, key=lambda s: s["id"].encode())
    lines = "".join(json.dumps(s, ensure_ascii=False) + "\n" for s in samples)
    write_text(os.path.join(out, "samples.jsonl"), lines)
    manifest = dict(manifest, n_samples=len(samples), samples="samples.jsonl",
                    samples_sha256=sha256_bytes(lines.encode()))
    ordered = {k: manifest[k] for k in MANIFEST_KEYS}
    ordered["sources"] = [{k: s[k] for k in SOURCE_KEYS} for s in ordered["sources"]]
    write_text(os.path.join(out, "manifest.json"), json.dumps(ordered, ensure_ascii=False, indent=2) + "\n")


def check_dataset(root):
    """Returns a list of what is wrong with the dataset in folder `root`, and a dict of counts."""
    wrong = []
    with open(os.path.join(root, "manifest.json"), encoding="utf-8") as f:
        manifest = json.load(f)
    if tuple(manifest) != MANIFEST_KEYS:
        wrong.append("manifest.json: keys are %s" % ", ".join(manifest))
    path = os.path.join(root, manifest["samples"])
    if sha256_file(path) != manifest["samples_sha256"]:
        wrong.append("samples_sha256 does not match")
    with open(path, encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    if len(rows) != manifest["n_samples"]:
        wrong.append("n_samples says %s, there are %d" % (manifest["n_samples"], len(rows)))
    ids = [r["id"].encode() for r in rows]
    if ids != sorted(set(ids)):
        wrong.append("ids are not sorted and unique")
    media, values = {}, {}
    for r in rows:
        if tuple(r)[:len(SAMPLE_KEYS)] != SAMPLE_KEYS:
            wrong.append("%s: keys are %s" % (r["id"], ", ".join(r)))
        wrong += ["%s: no %s" % (r["id"], k) for k in SAMPLE_KEYS if not r.get(k)]
        if not r.get("twin") and any(k in PART_KEYS[1:] for p in r["parts"] for k in p):
            wrong.append("%s: no twin" % r["id"])            # a row of text alone is its own twin
        if not r["references"] or not all(isinstance(x, str) and x.strip() == x and x for x in r["references"]):
            wrong.append("%s: references" % r["id"])
        if len(set(r["references"])) != len(r["references"]):
            wrong.append("%s: a reference twice" % r["id"])
        for k, v in r["attributes"].items():
            if not isinstance(v, str) or not v:
                wrong.append("%s: attribute %s" % (r["id"], k))
            values.setdefault(k, {}).setdefault(v, 0)
            values[k][v] += 1
        for p in [*r["parts"], *(p for c in r.get("contradictions", ()) for p in c.get("parts", ()))]:
            kinds = [k for k in p if k in PART_KEYS]
            if len(kinds) != 1 or set(p) - set(PART_KEYS) - {"sha256", "media_type"}:
                wrong.append("%s: part keys %s" % (r["id"], ", ".join(p)))
            elif kinds[0] != "text":
                media.setdefault(p[kinds[0]], set()).add(p.get("sha256"))
    total = 0
    for path, digests in sorted(media.items()):
        full = os.path.join(root, path)
        if not os.path.isfile(full):
            wrong.append("missing: %s" % path)
            continue
        total += os.path.getsize(full)
        if digests != {sha256_file(full)}:
            wrong.append("sha256 differs: %s" % path)
    on_disk = {os.path.relpath(os.path.join(d, f), root)
               for d, _, fs in os.walk(os.path.join(root, "media")) for f in fs}
    wrong += ["stray: %s" % p for p in sorted(on_disk - set(media))]
    for name in ("LICENSE", "README.md"):
        if not os.path.isfile(os.path.join(root, name)):
            wrong.append("missing: %s" % name)
    return wrong, {"samples": len(rows), "clusters": len({r["cluster"] for r in rows}), "media_files": len(media),
                   "media_bytes": total, "attributes": values}


if __name__ == "__main__":
    failed = 0
    for root in sys.argv[1:]:
        wrong, counts = check_dataset(root)
        print(root, json.dumps({k: v for k, v in counts.items() if k != "attributes"}))
        for k, v in sorted(counts["attributes"].items()):
            print("  %-12s %s" % (k, ", ".join("%s %d" % kv for kv in sorted(v.items()))))
        for w in wrong:
            print("  WRONG", w)
        failed |= bool(wrong)
    sys.exit(failed)
