#!/usr/bin/env python3
"""A Workflow Run RO-Crate of a small store: what its profiles require, and its files.

Usage: ro_crate.py CAIRN DIRECTORY.
"""
import json
import os
import sys
from urllib.parse import unquote

from bands import Store, make_bands, make_reuse

CAIRN, WORK = sys.argv[1:3]
PROCESS, WORKFLOW = "https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5"


def as_list(value):
    return value if isinstance(value, list) else [value]


def references(value):
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    elif isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        else:
            for one in value.values():
                yield from references(one)


def check(crate):
    """What RO-Crate 1.1 and the profiles require of any crate; returns its entities by @id."""
    assert crate["@context"] == ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"]), "an @id is there twice"
    for entity in crate["@graph"]:
        assert entity["@type"], entity
        for name in references({key: value for key, value in entity.items() if key != "@id"}):
            assert name in entities or name == "https://w3id.org/ro/crate/1.1", f"{entity['@id']} refers to {name}"
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["about"] == {"@id": "./"} and descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    for key in ("name", "description", "datePublished", "conformsTo", "mentions"):
        assert root[key], key
    assert {"@id": PROCESS} in root["conformsTo"]
    parts = {part["@id"] for part in root["hasPart"]}
    for entity in crate["@graph"]:
        kinds = as_list(entity["@type"])
        if ("File" in kinds or "Dataset" in kinds) and entity["@id"] != "./":
            assert entity["@id"] in parts, entity["@id"]
        if "CreateAction" in kinds:
            assert {"@id": entity["@id"]} in root["mentions"]
            tool = entities[entity["instrument"]["@id"]]
            assert {"SoftwareApplication", "ComputationalWorkflow"} & set(as_list(tool["@type"])) and tool["name"]
            failed = entity["actionStatus"]["@id"].endswith("/FailedActionStatus")
            assert ("error" in entity) == failed
        if "FormalParameter" in kinds:
            assert entity["additionalType"] and entity["name"]
    return entities


def main():
    store = Store(CAIRN, WORK)
    made = make_bands(store)
    into = os.path.join(WORK, "crate")
    report = json.loads(store.run("export", "--format", "ro-crate", "--into", into, "--json", "bands"))
    with open(os.path.join(into, "ro-crate-metadata.json"), encoding="utf-8") as file:
        crate = json.load(file)
    entities = check(crate)
    root, action = entities["./"], lambda node: entities[f"urn:uuid:{made[node]}"]
    assert {"@id": WORKFLOW} in root["conformsTo"] and root["mainEntity"] == {"@id": "workflow.json"}
    assert set(entities["workflow.json"]["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert action("flow")["instrument"] == {"@id": "workflow.json"}
    with open(os.path.join(into, "workflow.json"), encoding="utf-8") as file:
        assert [step["label"] or step["type"] for step in json.load(file)["steps"]] == ["dos", "plot", "relax"]

    relax = action("relax")
    assert relax["actionStatus"]["@id"].endswith("/CompletedActionStatus") and relax["startTime"] and relax["endTime"]
    assert entities[relax["instrument"]["@id"]]["softwareVersion"] == "7"
    assert action("broken")["error"] == "no k-points"
    assert action("later")["actionStatus"]["@id"].endswith("/PotentialActionStatus")
    assert relax["result"] == {"@id": f"#{made['energy']}"} == action("broken")["object"]
    used = {name["@id"] for name in relax["object"]}
    assert used == {f"data/{made['structure']}/in%20put%231.txt", f"data/{made['tree']}/tree/", f"#{made['limit']}"}, used
    assert entities[f"#{made['limit']}"]["value"] == -8.31
    file, tree = entities[f"data/{made['structure']}/in%20put%231.txt"], entities[f"data/{made['tree']}/tree/"]
    assert file["@type"] == "File" and tree["@type"] == "Dataset" and file["alternateName"] == "in put#1.txt"
    assert file["exampleOfWork"] == {"@id": "#input-structure"} and file["description"] == "Iron as it comes"
    with open(os.path.join(into, unquote(file["@id"])), encoding="utf-8") as content:
        assert content.read() == "Fe bcc\n"
    with open(os.path.join(into, unquote(tree["@id"]), "sub", "c.txt"), encoding="utf-8") as content:
        assert content.read() == "two"
    for entity in crate["@graph"]:
        if {"File", "Dataset"} & set(as_list(entity["@type"])):
            assert os.path.exists(os.path.join(into, unquote(entity["@id"]))), entity["@id"]
    assert report["files"] == 4 and report["statements"] == len(crate["@graph"])

    assert json.loads(store.run("export", "--format", "ro-crate", "bands")) == crate
    again = store.try_run("export", "--format", "ro-crate", "--into", into, "bands")
    assert again.returncode == 1 and "no empty directory" in again.stderr, again
    os.makedirs(os.path.join(WORK, "empty"))
    alone = json.loads(store.run("export", "--format", "ro-crate", made["energy"]))
    assert all(WORKFLOW != name["@id"] for name in check(alone)["./"]["conformsTo"])
    store.run("export", "--format", "ro-crate", "--into", os.path.join(WORK, "empty"), made["energy"])
    assert sorted(os.listdir(WORK)) == ["crate", "empty", "in put#1.txt", "number.json", "store", "tree"], os.listdir(WORK)
    first, again = make_reuse(store)
    into = os.path.join(WORK, "reuse")
    store.run("export", "--format", "ro-crate", "--into", into, "again")
    with open(os.path.join(into, "ro-crate-metadata.json"), encoding="utf-8") as file:
        entities = check(json.load(file))
    taken, origin = entities[f"urn:uuid:{again['process']}"], entities[f"urn:uuid:{first['process']}"]
    assert taken["isBasedOn"] == {"@id": origin["@id"]} and taken["result"] and "isBasedOn" not in origin
    with open(os.path.join(into, "workflow.json"), encoding="utf-8") as file:
        assert [step["reusedFrom"] for step in json.load(file)["steps"]] == [first["process"]]
    print(f"{len(crate['@graph'])} entities and {report['files']} files, as the profiles require")


main()
