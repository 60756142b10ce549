# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A headless Chromium, driven through its own pipe by the DevTools protocol.

No driver program and no package lies between: messages are JSON, ended by a zero byte, on the file
descriptors 3 and 4 (``--remote-debugging-pipe``).
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = os.environ.get("CHROMIUM", "chromium")
SECONDS = 60
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)

Json = dict[str, Any]


class BrowserError(Exception):
    """Chromium answered with an error, or not in time."""


class Chromium:
    """One running Chromium with one page. ``events`` are all events so far."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        self._process = subprocess.Popen(
            # The browser reads descriptor 3 and writes 4; a shell puts them there.
            ["bash", "-c", f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}', PROGRAM, *FLAGS, self._data()],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0
        self.events: list[Json] = []
        target = self._send("Target.createTarget", {"url": "about:blank"}, None)["targetId"]
        session = self._send("Target.attachToTarget", {"targetId": target, "flatten": True}, None)["sessionId"]
        self._session: str = session
        for domain in ("Page", "Runtime", "Network", "Log", "Security"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait(timeout=SECONDS)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._profile, ignore_errors=True)

    # What the tests do

    def open(self, path: Path, fragment: str = "") -> None:
        """Show a page and wait until it is loaded; what was heard of an earlier page is forgotten."""
        self.send("Page.navigate", {"url": "about:blank"})
        self.events.clear()
        self.send("Page.navigate", {"url": path.resolve().as_uri() + fragment})
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression of the page is true."""
        deadline = time.monotonic() + SECONDS
        while not self.value(expression):
            if time.monotonic() > deadline:
                raise BrowserError(f"never true: {expression}")
            time.sleep(0.02)

    def value(self, expression: str) -> Any:
        """Return the value of an expression of the page, as JSON gives it."""
        answer = self.send("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def screen(self, width: int, height: int = 900, *, dark: bool = False, scripts: bool = True) -> None:
        """Be a screen of this size, light or dark, with or without scripts, from the next page on."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.send("Emulation.setScriptExecutionDisabled", {"value": not scripts})

    def press(self, key: str) -> None:
        """Press and release one key."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(key)
        down: Json = {"type": "keyDown", "key": " " if key == "Space" else key, "windowsVirtualKeyCode": codes[key]}
        self.send("Input.dispatchKeyEvent", {**down, **({"text": text} if text else {})})
        self.send("Input.dispatchKeyEvent", {**down, "type": "keyUp"})

    def click(self, selector: str) -> None:
        """Click on the first thing that a selector finds."""
        self.value(f"document.querySelector({json.dumps(selector)}).click()")

    def picture(self, *, whole: bool = False) -> bytes:
        """Return a picture of what is seen, or of the whole page, as PNG."""
        answer = self.send("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
        return base64.b64decode(answer["data"])

    def printed(self) -> bytes:
        """Return the page as the printer gets it, as PDF."""
        return base64.b64decode(self.send("Page.printToPDF", {"printBackground": False})["data"])

    def requests(self) -> list[str]:
        """Return the addresses that were asked for since the page was opened."""
        self.value("1")
        return [event["params"]["request"]["url"] for event in self.heard("Network.requestWillBeSent")]

    def complaints(self) -> list[str]:
        """Return what the console says: errors of scripts, refusals of the policy."""
        self.value("1")
        logged = [event["params"]["entry"]["text"] for event in self.heard("Log.entryAdded")]
        thrown = [event["params"]["exceptionDetails"]["text"] for event in self.heard("Runtime.exceptionThrown")]
        return logged + thrown

    def heard(self, event: str) -> list[Json]:
        """Return the events of this name so far."""
        return [message for message in self.events if message["method"] == event]

    def send(self, method: str, parameters: Json | None = None) -> Json:
        """Call a method of the page and return its result."""
        return self._send(method, parameters or {}, self._session)

    # How messages travel

    def _data(self) -> str:
        return f"--user-data-dir={self._profile}"

    def _send(self, method: str, parameters: Json, session: str | None) -> Json:
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self._next(deadline, method)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: Json = answer["result"]
                return result
            if "method" in answer:
                self.events.append(answer)

    def _next(self, deadline: float, doing: str) -> Json:
        while b"\0" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise BrowserError(f"no answer to {doing}")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise BrowserError(f"{PROGRAM} ended during {doing}")
            self._rest += piece
        message, self._rest = self._rest.split(b"\0", 1)
        answer: Json = json.loads(message)
        return answer
