"""What `cairn lineage --format html` writes, looked at in a browser. Usage:

page.py --command CAIRN --writer LINEAGE_WRITER --driver CHROMEDRIVER --browser CHROMIUM [--screenshots DIRECTORY]
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import webdriver

ARGUMENTS = None


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Page(unittest.TestCase):
    """Each case begins with the page as it was opened; the browser is one for all of them."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        store = cls.directory.name + "/store"
        start = run(ARGUMENTS.writer, store).strip()
        cls.file = pathlib.Path(cls.directory.name, "lineage.html")
        cls.file.write_text(run(ARGUMENTS.command, "lineage", start, "--store", store, "--format", "html"))
        cls.browser = cls.enterClassContext(webdriver.Browser(ARGUMENTS.driver, ARGUMENTS.browser))

    def setUp(self):
        self.browser.open(self.file.as_uri())

    def tearDown(self):
        self.assertEqual(self.browser.console_errors(), [])
        self.assertEqual(self.browser.requests(), [self.file.as_uri()], "the page asks for nothing but itself")
        if ARGUMENTS.screenshots:
            self.browser.save_screenshot(pathlib.Path(ARGUMENTS.screenshots, self._testMethodName + ".png"))

    # --- what a person does

    def summary(self):
        return self.browser.text("#summary")

    def search(self, text):
        self.browser.keys("/")
        self.browser.run("document.activeElement.select()")
        self.browser.keys(*text)

    def pick(self, text):
        """Searches, takes the first that is found, and waits for it to be in the middle."""
        self.search(text)
        self.browser.keys("Enter")
        self.browser.run("document.activeElement.blur()")

    def heading(self):
        return self.browser.text("#details h2")

    def details_shown(self):
        return self.browser.run("return !document.querySelector('#details').hidden")

    def image(self):
        return self.browser.run("""return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
                                   done(document.querySelector('#graph').toDataURL()))))""")

    def wait_for_change(self, before, what):
        self.browser.wait(what, lambda: self.image() != before)

    def cards(self):
        """Points left of the details at which the pointer is over a node, found by moving it; from the middle outwards."""
        return self.browser.run("""
            const canvas = document.querySelector('#graph'), found = [];
            for (let y = 70; y < innerHeight - 70; y += 12)
              for (let x = 10, inside = false; x < innerWidth - 440; x += 12) {
                canvas.dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: y, pointerId: 77}));
                const over = canvas.classList.contains('over');
                const isNear = ([fx, fy]) => Math.abs(fx - x) < 14 && Math.abs(fy - y) < 60;
                if (over && !inside && !found.some(isNear)) found.push([x, y]);
                inside = over;
              }
            const far = ([x, y]) => Math.hypot(x - (innerWidth - 396) / 2, y - innerHeight / 2);
            return found.map(([x, y]) => [x + 10, y + 4]).sort((a, b) => far(a) - far(b));""")

    # --- cases

    def test_two_thousand_nodes_are_shown_folded_and_drawn_unfolded(self):
        self.assertIn("2,000 nodes, 1,999 links", self.summary())
        self.assertRegex(self.summary(), r"1,98\d folded into")
        folded = self.image()
        self.browser.click_on("#fold-all")
        self.browser.wait("all are unfolded", lambda: "folded" not in self.summary())
        self.browser.keys("0")
        self.wait_for_change(folded, "the picture of 2,000 nodes")
        self.browser.click_on("#fold-all")
        self.browser.wait("folded again", lambda: "folded" in self.summary())

    def test_search_finds_by_label_type_id_state_and_attribute(self):
        for query, count in [("place 66", "9 nodes"), ("failed", "1 node"), ("summarise 2.1", "1 node"),
                             ("seed: 70123", "1 node"), ("metres: 3.5", "33 nodes"),
                             ("doi:10.1/SURVEY", "1 node"), ("no such thing", "Nothing found")]:
            with self.subTest(query=query):
                self.search(query)
                self.browser.wait(query, lambda: self.browser.text("#results .count") == count, 5)
        uuid = re.search(r'"uuid":"([0-9a-f-]{36})"', self.file.read_text()).group(1)
        self.search(uuid)
        self.browser.wait("the id", lambda: self.browser.text("#results .count") == "1 node", 5)

    def test_a_found_node_is_unfolded_and_a_click_on_it_shows_its_details(self):
        self.pick("measure 600")
        self.assertEqual(self.heading(), "measure 600")
        self.browser.keys("Escape")
        self.assertFalse(self.details_shown())
        self.assertIn("measure 600", [self.click_heading(card) for card in self.cards()[:3]])
        self.pick("measure 600")
        facts = self.browser.text("#details")
        for part in ["failed, exit 7", "out of paper", "survey", "create value", "input place"]:
            self.assertIn(part, facts)
        self.browser.run("document.querySelector('#details .links button').click()")
        self.assertEqual(self.heading(), "place 600")

    def click_heading(self, card):
        self.browser.click(*card)
        return self.heading() if self.details_shown() else ""

    def test_a_click_unfolds_a_fan_and_its_details_fold_it_again(self):
        before = self.summary()
        for card in self.cards():
            self.browser.click(*card)
            if self.summary() != before:
                break
            self.browser.keys("Escape")
        self.assertNotEqual(self.summary(), before)
        self.assertRegex(self.heading(), r"\d+ (data|calculation) nodes")
        self.browser.click_on("#details .action")
        self.assertEqual(self.summary(), before)
        self.browser.keys("Enter")
        self.assertNotEqual(self.summary(), before)

    def test_wheel_buttons_and_keys_zoom_and_dragging_moves(self):
        zoom = lambda: float(self.browser.text("#zoom").rstrip("%"))
        for act, grows in [(lambda: self.browser.wheel(500, 500, -240), True),
                           (lambda: self.browser.click_on("#zoom-out"), False), (lambda: self.browser.keys("+"), True),
                           (lambda: self.browser.wheel(500, 500, 400), False)]:
            before, picture = zoom(), self.image()
            act()
            self.wait_for_change(picture, "another zoom")
            self.assertEqual(zoom() > before, grows)
            self.assertNotEqual(zoom(), before)
        picture = self.image()
        self.browser.drag(300, 700, 150, -90)
        self.wait_for_change(picture, "a moved picture")
        self.assertFalse(self.details_shown())

    def test_arrow_keys_go_along_the_links(self):
        self.browser.keys("ArrowLeft")
        self.assertEqual(self.heading(), "survey result")
        self.browser.keys("ArrowLeft")
        self.assertEqual(self.heading(), "summary of all")
        self.browser.keys("ArrowRight")
        self.assertEqual(self.heading(), "survey result")
        self.browser.keys("Escape")
        self.assertFalse(self.details_shown())

    def test_light_and_dark(self):
        before = self.image()
        theme = self.browser.run("return document.documentElement.dataset.theme")
        self.browser.click_on("#theme")
        self.assertNotEqual(self.browser.run("return document.documentElement.dataset.theme"), theme)
        self.wait_for_change(before, "other colours")

    def test_harmful_labels_are_text(self):
        for query, shown in [("onerror=", "<img src=x onerror=\"document.title='owned'\">"),
                             ("</script>", "</script><script>document.title='owned'</script>"),
                             ("]]>", "<!--<script> ]]> & &lt;b&gt; \" ' ` ${1} \\n \\N"),
                             ("gnp.exe", "photo\\u202egnp.exe"),
                             ("onload", "javascript:alert(1)//--> {{7*7}} <svg onload=alert(1)>"),
                             ("[31m", "line\\u000abreak\\u0009tab\\u0001\\u001b[31m\\u0085")]:
            with self.subTest(query=query):
                self.pick(query)
                self.assertEqual(self.heading(), shown)
        self.assertEqual(self.browser.run("return document.querySelectorAll('img, svg, iframe, a, h2 *').length"), 0)
        self.assertEqual(self.browser.run("return document.title"), "Where \u201csurvey result\u201d came from")
        self.pick("xxxxxxx")
        self.assertLess(len(self.heading()), 210)
        self.assertIn("x" * 4_000, self.browser.text("#details"))
        self.assertIn("y" * 10_000, self.browser.text("#details"))

    def test_no_script_but_its_own_runs(self):
        policy = re.search("<meta http-equiv.*", self.file.read_text()).group(0)
        other = pathlib.Path(self.directory.name, "policy.html")
        other.write_text(f"<!DOCTYPE html>{policy}<title>kept</title><script>document.title = 'owned'</script>"
                         "<img src=x onerror=\"document.title='owned'\">")
        self.browser.open(other.as_uri())
        self.assertEqual(self.browser.run("return document.title"), "kept")
        # What is refused is told on the console.
        self.assertGreaterEqual(len(self.browser.console_errors()), 2)
        self.browser.requests()
        self.browser.open(self.file.as_uri())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ["--command", "--writer", "--driver", "--browser"]:
        parser.add_argument(name, required=True)
    parser.add_argument("--screenshots")
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], "-v", *rest])
