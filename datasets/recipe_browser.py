"""What recipes that need chromium share: pages with a set viewport (phones too), what JavaScript says of them, PNG and PDF.

Chromium is driven through two pipes (--remote-debugging-pipe): no port is opened. Python standard library, chromium, ffmpeg.
"""
import base64
import json
import os
import re
import subprocess
import tempfile

import recipe_png as png

OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--disable-lcd-text",
           "--font-render-hinting=none", "--disable-extensions", "--remote-debugging-pipe")


class Browser:
    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # its helpers may still write
        here, there = os.pipe(), os.pipe()

        def wire():                             # chromium reads commands from 3 and writes answers to 4
            low, high = os.dup(here[0]), os.dup(there[1])
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(["chromium", *OPTIONS, "--user-data-dir=" + self.profile.name, "about:blank"],
                                        preexec_fn=wire, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(here[0])
        os.close(there[1])
        self.out, self.into, self.number, self.rest = here[1], there[0], 0, b""
        target = self.call("Target.createTarget", {"url": "about:blank"}, None)["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True}, None)["sessionId"]
        self.call("Page.enable")
        return self

    def __exit__(self, *_):
        self.call("Browser.close", None, None)
        self.process.wait(timeout=30)
        os.close(self.out)
        os.close(self.into)
        self.profile.cleanup()

    def message(self):
        while b"\0" not in self.rest:
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise RuntimeError("chromium ended")
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, parameters=None, session=""):
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters or {}}
        if session is not None:
            command["sessionId"] = self.session
        data = json.dumps(command).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]))
                return answer["result"]

    def evaluate(self, script):
        """The value of a JavaScript expression, awaited."""
        answer = self.call("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def show(self, html, width, height, mobile=False):
        """Shows the page in a viewport of this many CSS pixels, one device pixel each, and waits for its fonts."""
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", {"frameId": frame, "html": html})
        self.evaluate("document.fonts.ready.then(() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))).then(() => 1)")
        self.size = width, height

    def png(self):
        """The viewport as a palette PNG."""
        shot = base64.b64decode(self.call("Page.captureScreenshot", {"format": "png"})["data"])
        return png.encode(pixels(shot), *self.size)

    def pdf(self):
        """The page as a PDF, A4; without the times at which it was made."""
        data = base64.b64decode(self.call("Page.printToPDF", {
            "paperWidth": 8.27, "paperHeight": 11.69, "printBackground": True})["data"])
        return re.sub(rb"\(D:\d{14}", b"(D:20260101000000", data)


def pixels(shot):
    """RGBA of an encoded picture."""
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgba", "-"],
                          input=shot, check=True, stdout=subprocess.PIPE).stdout
