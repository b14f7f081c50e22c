"""Sentences of our own, spoken by four synthetic voices: every voice says every sentence."""
import os
import subprocess
import tempfile

import recipe_common as common

# Recorded units joined (kal16) or statistical parametric (the others), made from recordings of people: no formant synthesis.
VOICES = ("awb", "kal16", "rms", "slt")
LICENCE = "BSD-style (flite)"
# Words that are written in one way only, without digits and names. Seed 1 has the first list, other seeds the second.
SENTENCES = {
    True: (
        "The pump behind the second door makes a grinding noise.",
        "Please write down the reading before you leave the room.",
        "Nobody answered the bell although the light was still on.",
        "Turn the valve to the left until the water stops.",
        "She found three wet leaves under the lid of the box.",
        "Our train was late because a tree had fallen on the line.",
        "The old map shows a bridge where there is none today.",
        "Check the oil every month and change it twice a year.",
        "He put the ladder against the wall and climbed to the roof.",
        "A thin crack runs from the window to the floor.",
        "The meeting begins at nine and should end before lunch.",
        "Keep the spare key in the drawer beside the stove.",
        "Most of the apples were ripe, but a few were still green.",
        "The fan stopped after the storm and has not run since.",
        "Can you hear the difference between these two bells?",
        "They carried the heavy table down the stairs and out into the garden.",
        "Wear gloves and glasses when you open this tank.",
        "The first page is missing and the last one is torn.",
        "Snow covered the road, so we walked along the river.",
        "Two of the five screws are loose and one is lost."),
    False: (
        "The motor on the upper floor hums when it is cold.",
        "Please close both windows before the rain comes.",
        "Somebody left a wet umbrella in front of the lift.",
        "Push the lever down and hold it for four seconds.",
        "He counted eight boats in the harbour this morning.",
        "The parcel was sent on Monday, but it has not arrived.",
        "A small lamp above the switch shows that the heater works.",
        "Clean the filter every week and dry it in the sun.",
        "She opened the gate and let the sheep into the field.",
        "The smell of burnt rubber came from the third machine.",
        "Our lesson ends at six and the bus leaves soon after.",
        "Put the broken cup into the bin under the sink.",
        "Some of the wires were blue, but most of them were red.",
        "The clock in the hall is slow and nobody has noticed.",
        "Did you read what is printed on the back of the card?",
        "We pushed the empty cart up the hill and left it by the fence.",
        "Stand clear of the belt while the engine is running.",
        "The upper shelf is empty and the lower one is full.",
        "Fog hid the tower, so they waited for an hour.",
        "Seven of the twelve bottles are open and two are cracked."),
}


def spoken(seed):
    """(id of the sentence, voice, sentence) of every recording of a seed."""
    sentences = SENTENCES[seed == 1]
    return [("voice-%s%02d" % ("" if seed == 1 else "s%d-" % seed, n + 1), voice, sentence)
            for n, sentence in enumerate(sentences) for voice in VOICES]


def speak(voice, sentence, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wav = os.path.join(scratch, "said.wav")
        subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", wav], check=True)
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", wav, "-c:a", "libopus", "-b:a", "32k", "-map_metadata", "-1",
                        "-fflags", "+bitexact", "-flags:a", "+bitexact", path], check=True)


def rows(seed, out, reference, length_bucket, twin):
    for name, voice, sentence in spoken(seed):
        path = "media/flite/%s-%s.opus" % (name, voice)
        speak(voice, sentence, os.path.join(out, path))
        words = reference(sentence)
        yield common.sample(
            "%s-%s" % (name, voice), [common.media_part("audio", out, path, "audio/ogg")], [words], name,
            {"origin": "synthetic", "voice": voice, "codec": "opus", "device": "synthesiser", "band": "wideband", "language": "en",
             "style": "sentence", "length": length_bucket(len(words.split()))},
            "flite", LICENCE, "synthetic", "the sentence that was spoken", twin=twin(words), original=sentence)


SOURCE = {"name": "flite", "url_or_package": "Debian flite 2.2-5; http://cmuflite.org/", "licence": LICENCE,
          "attribution": "Carnegie Mellon University; voices awb, kal16, rms and slt",
          "what": "four voices that say sentences by the proofsheet authors (CC0-1.0); Opus, 32 kbit/s, 16 kHz"}
