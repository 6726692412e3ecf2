"""A headless Chromium, told what to do over the DevTools protocol."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

# Bash can pass on file descriptors of any number as 3 and 4.
_START = 'exec "$0" "$@" 3<&{reading} 4>&{writing}'


class Browser:
    """One page of a browser."""

    def __init__(self, commands, events):
        self._commands, self._events = commands, events
        self._numbers = itertools.count(1)
        self._session = {}
        target = self.call("Target.createTarget", url="about:blank")
        attached = self.call("Target.attachToTarget", flatten=True, **target)
        self._session = {"sessionId": attached["sessionId"]}
        self.console = []
        for domain in ("Page", "Runtime", "DOM", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """What the browser answers to a command."""
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": params}
        text = json.dumps(command | self._session)
        self._commands.write(text.encode() + b"\0")
        self._commands.flush()
        while True:
            said = self._next()
            if said.get("id") == number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return said["result"]

    def open(self, url):
        """Opens a page, and returns when it is there."""
        self.call("Page.navigate", url=url)
        self.wait_until(
            f"document.readyState === 'complete' && location.href !== "
            f"'about:blank' && location.href.startsWith({json.dumps(url)})"
        )

    def evaluate(self, expression):
        """What an expression, or the promise that it makes, comes to."""
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_until(self, condition):
        """Returns when a condition holds in the page."""
        while not self.evaluate(condition):
            self.evaluate("new Promise((done) => setTimeout(done, 50))")

    def choose_files(self, selector, paths):
        """Gives files to an input, as choosing them does."""
        found = self.call(
            "Runtime.evaluate",
            expression=(f"document.querySelector({json.dumps(selector)})"),
        )
        self.call(
            "DOM.setFileInputFiles",
            files=[str(path) for path in paths],
            objectId=found["result"]["objectId"],
        )

    def drop_files(self, selector, paths):
        """Drags files onto an element, and lets go."""
        box = self.evaluate(
            f"(() => {{ const box = document.querySelector("
            f"{json.dumps(selector)}).getBoundingClientRect(); "
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        data = {
            "items": [],
            "files": [str(path) for path in paths],
            "dragOperationsMask": 1,
        }
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call(
                "Input.dispatchDragEvent",
                type=kind,
                x=box[0],
                y=box[1],
                data=data,
            )

    def show_as(self, width, *, scheme="light", height=900):
        """Sets the window's size, and whether colours are light or dark."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.call("Emulation.setScrollbarsHidden", hidden=True)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self, path):
        """Writes the whole page as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _next(self):
        """The next answer or event; what the page logs is kept."""
        said = b""
        while not said.endswith(b"\0"):
            byte = self._events.read(1)
            if not byte:
                raise RuntimeError("The browser is gone.")
            said += byte
        said = json.loads(said[:-1])
        if said.get("method") in (
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
        ):
            self.console.append(said["params"])
        return said


@contextlib.contextmanager
def started(folder):
    """A browser with a new profile in a folder."""
    commands_read, commands_write = os.pipe()
    events_read, events_write = os.pipe()
    process = subprocess.Popen(
        [
            "bash",
            "-c",
            _START.format(reading=commands_read, writing=events_write),
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--remote-debugging-pipe",
            f"--user-data-dir={folder}",
        ],
        pass_fds=(commands_read, events_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(commands_read)
    os.close(events_write)
    with (
        open(commands_write, "wb") as commands,
        open(events_read, "rb") as events,
    ):
        try:
            browser = Browser(commands, events)
            yield browser
            browser._session = {}
            browser.call("Browser.close")
        finally:
            process.terminate()
            process.wait()
