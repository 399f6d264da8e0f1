#!/usr/bin/env python3
"""Every document of the test suite of the prov package, through a store and back, compared as that package compares.

Usage: prov_documents.py CAIRN DIRECTORY. Needs Debian's python3-prov, which ships its tests.
"""
import json
import os
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

import prov.tests
from prov.model import ProvCommunication, ProvDocument
from prov.tests.test_model import AllTestsBase
from prov.tests.utility import DocumentBaseTestCase

CAIRN, WORK = sys.argv[1], sys.argv[2]
TESTS = os.path.dirname(prov.tests.__file__)


class Collector(DocumentBaseTestCase, AllTestsBase):
    """Runs the methods of the package's tests for the documents that they build."""

    def do_tests(self, prov_doc, msg=None):
        DOCUMENTS.append((f"{self._testMethodName}-{len(DOCUMENTS)}", prov_doc.serialize(indent=1)))


def files():
    for directory in ("json", "unification"):
        for name in sorted(os.listdir(os.path.join(TESTS, directory))):
            if name.endswith(".json"):
                with open(os.path.join(TESTS, directory, name), encoding="utf-8") as file:
                    yield f"{directory}/{name}", file.read()


def run(*arguments, text=None):
    done = subprocess.run([CAIRN, *arguments], input=text, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def there_and_back(store, text):
    report = json.loads(run("import", "--store", store, "--format", "prov", "--json", "-", text=text))
    again = json.loads(run("import", "--store", store, "--format", "prov", "--json", "-", text=text))
    if not again["was_there"] or again["roots"] != report["roots"]:
        raise RuntimeError("imported twice it is not recognised")
    return report, run("export", "--store", store, "--format", "prov", *report["roots"])


def plain(json_document):
    """As JSON, but for what the specification leaves open: numbers in literals, lists of one, and sections without records."""

    def literal(value):
        if isinstance(value, dict) and "$" in value and not isinstance(value["$"], str):
            text = value["$"]
            text = str(text).lower() if isinstance(text, bool) else repr(text) if isinstance(text, float) else str(text)
            value = dict(value, **{"$": float(text) if value.get("type") == "xsd:double" else text})
        elif isinstance(value, dict) and value.get("type") == "xsd:double":
            value = dict(value, **{"$": float(value["$"])})
        return value

    def walk(value):
        if isinstance(value, list):
            return walk(value[0]) if len(value) == 1 else [walk(one) for one in value]
        if isinstance(value, dict):
            return {key: walk(one) for key, one in literal(value).items()}
        return value

    return walk(json_document)


def check(name, text, store):
    try:
        report, back = there_and_back(store, text)
    except RuntimeError as error:
        return name, f"{error}", None
    before, after = ProvDocument.deserialize(content=text), ProvDocument.deserialize(content=back)
    if not (before == after and after == before):
        return name, "not equal", report
    if plain(json.loads(text)) != plain(json.loads(back)) and store.endswith(name.replace("/", "-")):
        return name, "equal, but not as JSON", report
    return name, None, report


def in_a_store_of_its_own(document):
    name, text = document
    store = os.path.join(WORK, name.replace("/", "-"))
    shutil.copytree(os.path.join(WORK, "empty"), store)
    outcome = check(name, text, store)
    shutil.rmtree(store)
    return outcome


def tell(title, outcomes):
    failed = [(name, why) for name, why, _ in outcomes if why is not None]
    print(f"{title}: {len(outcomes) - len(failed)} of {len(outcomes)} documents came back equal")
    for name, why in failed:
        print(f"  {name}: {why}")
    return failed


def check_reuse(store):
    """What took a result over is said to be informed by what made it; it comes back so."""
    run("init", store)
    step = lambda of: json.loads(run("run-step", "--store", store, "--json", "--reuse", of, "greet", "--", "true"))
    first, again = step("first"), step("again")
    text = run("export", "--store", store, "--format", "prov", "again")
    document = ProvDocument.deserialize(content=text)
    said = [[str(name) for _, name in record.formal_attributes] for record in document.get_records(ProvCommunication)]
    if said != [[f"cairn:{again['process']}", f"cairn:{first['process']}"]]:
        sys.exit(f"a step that was taken over: {said}")
    if not json.loads(text)["activity"].keys() >= set(said[0]):
        sys.exit("a step that was taken over: its processes are not described")
    other = store + "-copy"
    run("init", other)
    name, failed, _ = check("reuse", text, other)
    if failed:
        sys.exit(f"a step that was taken over: {failed}")
    if "reused_from" not in run("show", "--store", other, again["process"]):
        sys.exit("a step that was taken over: no link says it after the import")


def main():
    global DOCUMENTS
    DOCUMENTS = list(files())
    for test in unittest.defaultTestLoader.loadTestsFromTestCase(Collector):
        getattr(test, test._testMethodName)()
    if len(DOCUMENTS) < 590:
        sys.exit(f"the prov package has {len(DOCUMENTS)} documents, expected at least 590")
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    run("init", os.path.join(WORK, "empty"))
    check_reuse(os.path.join(WORK, "reuse"))
    with ThreadPoolExecutor(2) as pool:
        alone = list(pool.map(in_a_store_of_its_own, DOCUMENTS))
    failed = tell("each in a store of its own", alone)
    # Most of them describe ex:e1 and the like, in other ways.
    common = os.path.join(WORK, "common")
    run("init", common)
    failed += tell("all in one store", [check(name, text, common) for name, text in DOCUMENTS[::5]])
    found = run("verify", "--store", common)
    print(found.strip())
    items = [item["outcome"] for _, _, report in alone if report for item in report["items"]]
    print("reported:", ", ".join(f"{items.count(outcome)} {outcome}" for outcome in sorted(set(items))))
    shutil.rmtree(WORK)
    sys.exit(1 if failed else 0)


main()
