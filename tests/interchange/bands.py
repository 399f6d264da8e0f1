"""The built command, and a small store that was written with it."""
import json
import os
import shutil
import subprocess


class Store:
    """A new store in a directory of its own."""

    def __init__(self, cairn, work):
        shutil.rmtree(work, ignore_errors=True)
        os.makedirs(work)
        self.cairn, self.work, self.path = cairn, work, os.path.join(work, "store")
        self.run("init", self.path, store=False)

    def try_run(self, *arguments, store=True, text=None):
        command = [self.cairn, *arguments, *(["--store", self.path] if store else [])]
        return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8")

    def run(self, *arguments, store=True, text=None):
        done = self.try_run(*arguments, store=store, text=text)
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}: {done.stderr}"
        return done.stdout.strip()

    def file(self, name, text):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--json"))


def make_reuse(store):
    """A step of one run, and the same step of another one, which takes its file over; both by their processes."""
    given, made = store.file("numbers.txt", "3\n1\n2\n"), os.path.join(store.work, "sorted.txt")
    step = lambda run: json.loads(store.run("run-step", "--store", store.path, "--json", "--reuse", "--in", given, "--out", made, run, "sort",
                                            "--", "sort", "-n", given, "-o", made, store=False))
    first, again = step("first"), step("again")
    assert not first["recorded_before"] and again["recorded_before"], (first, again)
    return first, again


def make_bands(store):
    """A workflow that called one step that worked and one that failed; files, trees and values as data."""
    made = {}
    made["structure"] = store.run("node", "--run", "bands", "--label", "structure", "--file", store.file("in put#1.txt", "Fe bcc\n"),
                                  "--description", "Iron as it comes", "--tag", "bcc", "--unique-id", "lims:E-7")
    store.file("tree/a b.txt", "one")
    store.file("tree/sub/c.txt", "two")
    made["tree"] = store.json("add", os.path.join(store.work, "tree"))["node"]
    number = store.file("number.json", "-8.31")
    made["limit"] = store.run("node", "--run", "bands", "--label", "limit", "--content", store.run("put", "--json-value", number))
    made["flow"] = store.run("node", "--run", "bands", "--kind", "workflow", "--type", "bands", "--label", "flow", "--state", "running",
                             "--input", f"structure={made['structure']}")
    made["relax"] = store.run("node", "--run", "bands", "--kind", "calculation", "--type", "relax", "--state", "running",
                              "--code-version", "7", "--input", f"structure={made['structure']}", "--input", f"tree={made['tree']}",
                              "--input", f"limit={made['limit']}", "--caller", f"relax={made['flow']}")
    made["energy"] = store.run("node", "--run", "bands", "--type", "energy", "--attributes", '{"energy":-8.31}',
                               "--creator", f"energy={made['relax']}")
    made["broken"] = store.run("node", "--run", "bands", "--kind", "calculation", "--type", "dos", "--state", "running",
                               "--input", f"energy={made['energy']}", "--caller", f"dos={made['flow']}")
    made["later"] = store.run("node", "--run", "bands", "--kind", "calculation", "--type", "plot",
                              "--input", f"energy={made['energy']}", "--caller", f"plot={made['flow']}")
    store.run("node", made["relax"], "--state", "finished")
    store.run("node", made["broken"], "--state", "failed", "--exit-status", "3", "--exit-message", "no k-points")
    return made
