"""Sounds of animals, instruments and things, with pictures of what makes them or of something else."""
import os
import subprocess

import recipe_common as common
import recipe_pictures as pictures

SCRATCH, SONIC_PI = "usr/share/scratch/Media/Sounds/", "usr/share/sonic-pi/samples/"
LICENCES = {"scratch": "CC-BY-SA-3.0", "sonic-pi-samples": "CC0-1.0"}
LABELS = "the names that the sources give the sound and the picture"
LONGEST_S, SHORTEST_S = 5, 1                    # longer ones are cut, shorter ones end in silence
PAIRS_A_THING = 4                               # two that match, two that do not

# name: (emoji, other accepted answers, what is heard, recordings: package and file). Seed 1 has the first list, other seeds the second.
THINGS = {
    True: {
        "dog": ("dog-face", (), "barking", (("scratch", "Animal/Dog1.wav"), ("scratch", "Animal/Dog2.wav"))),
        "cat": ("cat-face", ("kitten",), "meowing", (("scratch", "Animal/Meow.wav"), ("scratch", "Animal/Kitten.wav"))),
        "horse": ("horse-face", (), "neighing or hooves", (("scratch", "Animal/Horse.wav"), ("scratch", "Animal/HorseGallop.wav"))),
        "rooster": ("rooster", ("cock", "cockerel", "chicken"), "crowing", (("scratch", "Animal/Rooster.wav"),)),
        "owl": ("owl", (), "hooting", (("scratch", "Animal/Owl.wav"),)),
        "wolf": ("wolf", (), "long howling", (("scratch", "Animal/WolfHowl.wav"),)),
        "bell": ("bell", (), "slow tolling of metal", (("scratch", "Effects/BellToll.wav"),)),
        "motorcycle": ("motorcycle", ("motorbike",), "an engine on two wheels that passes by", (("scratch", "Effects/MotorcyclePassing.wav"),)),
        "guitar": ("guitar", (), "strummed strings", (("scratch", "Instruments/GuitarStrum.wav"), ("sonic-pi-samples", "guit_em9.flac"))),
        "trumpet": ("trumpet", (), "a blown brass instrument", (("scratch", "Instruments/Trumpet1.wav"), ("scratch", "Instruments/Trumpet2.wav"))),
    },
    False: {
        "bird": ("bird", (), "chirping", (("scratch", "Animal/Bird.wav"),)),
        "cricket": ("cricket", ("crickets",), "insects in a meadow at night", (("scratch", "Animal/Crickets.wav"),)),
        "duck": ("duck", (), "quacking", (("scratch", "Animal/Duck.wav"),)),
        "goose": ("goose", (), "honking of a bird", (("scratch", "Animal/Goose.wav"),)),
        "car": ("automobile", ("automobile",), "an engine on four wheels that passes by", (("scratch", "Effects/CarPassing.wav"),)),
        "door": ("door", (), "hinges that creak", (("scratch", "Effects/DoorCreak.wav"),)),
        "bubbles": ("bubbles", ("bubble",), "air that rises in water", (("scratch", "Effects/Bubbles.wav"),)),
        "drum": ("drum", ("drums",), "a roll of two sticks on a skin", (("sonic-pi-samples", "drum_roll.flac"),)),
        "piano": ("musical-keyboard", ("keyboard",), "struck strings of a keyed instrument", (("sonic-pi-samples", "ambi_piano.flac"),)),
    },
}
# Never set against each other: one makes nearly the sound of the other.
ALIKE = ({"dog", "wolf"}, {"bird", "cricket", "duck", "goose"})


def named(thing):
    return "%s %s" % ("an" if thing[0] in "aeiou" else "a", thing)


def others(rng, things, thing):
    return rng.sample([t for t in things if t != thing and not any({t, thing} <= group for group in ALIKE)], 2)


def pairs(seed):
    things, made = THINGS[seed == 1], []
    vendors = sorted(pictures.VENDORS)
    for n, thing in enumerate(sorted(things)):
        different = others(common.Rng(seed, "sounds", thing), sorted(things), thing)
        for k in range(PAIRS_A_THING):
            heard = thing if k % 2 == 0 else different[k // 2]
            recordings = things[heard][3]
            made.append({"id": "sound-%02d" % (len(made) + 1), "shown": thing, "heard": heard, "vendor": vendors[(n + k) % 3],
                         "recording": (n + k // 2) % len(recordings), "instead": different[k // 2]})
    return made


def path(thing, recording):
    return "media/sound-%s-%d.flac" % (thing, recording + 1)


def write(things, thing, recording, out):
    package, name = things[thing][3][recording]
    source = os.path.join(pictures.deb(package), (SCRATCH if package == "scratch" else SONIC_PI) + name)
    subprocess.run(["ffmpeg", "-nostdin", "-v", "fatal", "-y", "-i", source, "-ar", "16000", "-ac", "1", "-t", str(LONGEST_S),
                    "-af", "apad=whole_dur=%d" % SHORTEST_S, "-sample_fmt", "s16", "-map_metadata", "-1", "-fflags", "+bitexact",
                    "-flags:a", "+bitexact", os.path.join(out, path(thing, recording))], check=True)


class Maker:
    """Writes media when they are first asked for, and the rows."""

    def __init__(self, seed, out, picture):
        self.things, self.out, self.picture, self.alone = THINGS[seed == 1], out, picture, {}

    def sound(self, thing, recording):
        if not os.path.exists(os.path.join(self.out, path(thing, recording))):
            write(self.things, thing, recording, self.out)
        return common.media_part("audio", self.out, path(thing, recording), "audio/flac")

    def words(self, thing):
        return "The sound: %s." % self.things[thing][2]

    def answers(self, thing):
        return [thing, *self.things[thing][1]]

    def recording_of(self, thing, number):
        return number % len(self.things[thing][3])

    def row(self, id, thing, given, question, parts, text, answers, twin, sources, **more):
        attributes = {key: more.pop(key) for key in ("match", "vendor") if key in more}
        packages = [pictures.VENDORS[s] if s in pictures.VENDORS else s for s in sources]
        licences = sorted({pictures.EMOJI_LICENCES.get(s) or LICENCES[s] for s in sources})
        kind = "real" if given == "A" else "rendered" if given == "V" else "mixed"
        return common.sample(id, [*parts, {"text": text}], answers, "sound-%s" % thing, dict(attributes, sound="natural", given=given, question=question),
                             "; ".join(packages), " AND ".join(licences), kind, LABELS, twin=twin, **more)

    def rows(self, p):
        shown, heard, vendor = p["shown"], p["heard"], p["vendor"]
        package = self.things[heard][3][p["recording"]][0]
        both = [self.picture(vendor, self.things[shown][0], shown), self.sound(heard, p["recording"])]
        twin = "The picture shows %s. %s" % (named(shown), self.words(heard))
        known = {"match": "yes" if shown == heard else "no", "vendor": vendor}

        def row(name, text, answers, **more):
            return self.row("%s-%s" % (p["id"], name), shown, "A+V", name, both, text, answers, twin, (vendor, package), **known, **more)
        yield row("shown", "What is in the picture? Answer with one word.", self.answers(shown))
        yield row("heard", "What makes the sound? Answer with one word.", self.answers(heard))
        yield row("match", "Does the thing in the picture make the sound that is heard? Answer yes or no.", [known["match"]])
        yield row("which", "What is it? Answer with one word, without an article.", self.answers(shown), contradictions=self.contradictions(p))

    def contradictions(self, p):
        """A pair that matches can be made to contradict itself by either sense; one that does not does so as it is."""
        if p["shown"] != p["heard"]:
            return [{"modality": "audio", "references": self.answers(p["heard"])}]
        thing = p["instead"]
        return [{"modality": "audio", "parts": [self.sound(thing, self.recording_of(thing, p["recording"]))], "references": self.answers(thing)},
                {"modality": "image", "parts": [self.picture(p["vendor"], self.things[thing][0], thing)], "references": self.answers(thing)}]

    def rows_alone(self, made):
        """Every recording and every picture by itself, once."""
        for thing, recording in sorted({(p["heard"], p["recording"]) for p in made}):
            yield self.row("sound-%s-%d-alone" % (thing, recording + 1), thing, "A", "heard-alone", [self.sound(thing, recording)],
                           "What makes the sound? Answer with one word.", self.answers(thing), self.words(thing), (self.things[thing][3][recording][0],))
        for thing, vendor in sorted({(p["shown"], p["vendor"]) for p in made}):
            yield self.row("sound-%s-%s-alone" % (thing, vendor), thing, "V", "shown-alone", [self.picture(vendor, self.things[thing][0], thing)],
                           "What is in the picture? Answer with one word.", self.answers(thing), "The picture shows %s." % named(thing), (vendor,), vendor=vendor)


SOURCES = [pictures.source("scratch", "CC-BY-SA-3.0", "Scratch 1.4, Massachusetts Institute of Technology, 2011", "sounds of its Media folder"),
           pictures.source("sonic-pi-samples", "CC0-1.0", "Sub-d, Heigh-hoo and Rutger Muller, by freesound.org; none is asked for", "sounds")]
