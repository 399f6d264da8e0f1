"""A browser without a window, driven through chromedriver by the WebDriver protocol, with what Python brings along."""
import base64
import json
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
        "ArrowDown": "\ue015"}

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         # Motions end at once, so nothing has to be waited for.
         "--force-prefers-reduced-motion", "--window-size=1400,900"]


class Browser:
    """Ends, with its driver and its profile, when the `with` block does."""

    def __init__(self, driver, browser):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self._address = f"http://127.0.0.1:{self._port()}/session"
            options = {"binary": browser, "args": FLAGS + [f"--user-data-dir={self._profile.name}"]}
            session = self._post("", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options,
                "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}}})
            self._address += "/" + session["sessionId"]
        except BaseException:
            self._end()
            raise

    def _port(self):
        for line in self._driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                return int(started.group(1))
        raise RuntimeError("chromedriver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._request("DELETE", "", None)
        finally:
            self._end()

    def _end(self):
        self._driver.terminate()
        self._driver.wait()
        self._driver.stdout.close()
        self._profile.cleanup()

    def _request(self, method, path, body):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, {"Content-Type": "application/json"}, method=method)
        # A proxy of the environment is not for this.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:500]}") from None

    def _post(self, path, body):
        return self._request("POST", path, body)

    def open(self, url):
        self._post("/url", {"url": url})

    def run(self, script, *arguments):
        """What the script returns, run as the body of a function in the page."""
        return self._post("/execute/sync", {"script": script, "args": list(arguments)})

    def keys(self, *names):
        actions = []
        for name in names:
            value = KEYS.get(name, name)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._post("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def _pointer(self, actions):
        self._post("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": actions}]})

    def click(self, x, y):
        self.drag(x, y, 0, 0)

    def drag(self, x, y, dx, dy):
        moves = [{"type": "pointerMove", "duration": 0, "x": x + dx, "y": y + dy}] if dx or dy else []
        self._pointer([{"type": "pointerMove", "duration": 0, "x": x, "y": y}, {"type": "pointerDown", "button": 0}] + moves +
                      [{"type": "pointerUp", "button": 0}])

    def wheel(self, x, y, down):
        self._post("/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": down, "duration": 0}]}]})

    def click_on(self, selector):
        """Clicks what a person would: the middle of the element."""
        where = self.run("""const box = document.querySelector(arguments[0]).getBoundingClientRect();
                            return [box.x + box.width / 2, box.y + box.height / 2];""", selector)
        self.click(int(where[0]), int(where[1]))

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def wait(self, what, condition, seconds=30):
        """The page draws when it has time. Fails if what is waited for does not come."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not in {seconds} seconds: {what}")
            self.run("return new Promise(requestAnimationFrame)")

    def console_errors(self):
        return [entry["message"] for entry in self._post("/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    def requests(self):
        """The addresses of all that was asked for since the last call, but for what the browser shows before the first page."""
        messages = [json.loads(entry["message"])["message"] for entry in self._post("/se/log", {"type": "performance"})]
        asked = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in asked if not params["documentURL"].startswith("chrome://")]

    def save_screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._request("GET", "/screenshot", None)))
