"""The one clip that a phone has filmed: a dog, 1.6 s. Its streams are copied, so what the phone's encoder wrote is kept; its metadata, which
say where it was filmed, are not. The answers were seen in its frames, not computed."""
import os
import subprocess

import recipe_common as common
import recipe_pictures as pictures

ID = "phone"
PACKAGE = "forensics-samples-files"
FILE = "usr/share/forensics-samples/original-files/movie1/VID_20191220_170832.mp4"
LICENCE = "CC-BY-SA-4.0"
LABELS = "seen in the frames by the authors of the set"
TWIN = ("A phone, held in the hand, films for 1.6 seconds a white dog that lies on a tiled floor in a corridor, its head on the floor between its "
        "front paws, looking at the camera. A brown door and a light wall are on its right side of the picture, the room behind it is dark. "
        "The dog stays where it is; nobody else comes into view.")
QUESTIONS = (
    ("present", "Is a dog ever in view? Answer yes or no.", "yes"),
    ("absent", "Is a person ever in view? Answer yes or no.", "no"),
    ("count", "How many animals are in view in the whole video?", "1"),
    ("posture", "Does the animal stand, sit or lie? Answer with one of: stands; sits; lies.", "lies"),
    ("colour", "What colour is the fur of the animal? Answer with one word.", "white"),
    ("change", "Does the animal get up during the video? Answer yes or no.", "no"),
)


def copy(path):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", os.path.join(pictures.deb(PACKAGE), FILE), "-map", "0", "-c", "copy",
                    "-map_metadata", "-1", "-map_metadata:s", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", path], check=True)


def rows(out):
    part = common.media_part("video", out, "media/%s.mp4" % ID, "video/mp4")
    for n, (question, text, answer) in enumerate(QUESTIONS, 1):
        yield common.sample("%s-q%d" % (ID, n), [part, {"text": text}], [answer], ID,
                            {"camera": "phone", "fps": "27", "length": "short", "noise": "of the camera", "background": "a room",
                             "question": question, "event": "none"}, PACKAGE, LICENCE, "real", LABELS, twin=TWIN)


SOURCE = pictures.source(PACKAGE, LICENCE, "Joao Eriberto Mota Filho, 2019", "the clip of a phone; its streams are copied, its metadata left out")
