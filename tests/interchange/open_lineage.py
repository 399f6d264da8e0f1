#!/usr/bin/env python3
"""OpenLineage events of a small store, against a schema of what may be written.

Usage: open_lineage.py CAIRN DIRECTORY SCHEMA. Needs Debian's python3-jsonschema.
"""
import json
import sys

import jsonschema

from bands import Store, make_bands, make_reuse

CAIRN, WORK, SCHEMA = sys.argv[1:4]


def main():
    store = Store(CAIRN, WORK)
    made = make_bands(store)
    text = store.run("export", "--format", "openlineage", "bands")
    events = [json.loads(line) for line in text.splitlines()]
    made_first, taken = make_reuse(store)
    reusing = [json.loads(line) for line in store.run("export", "--format", "openlineage", "again").splitlines()]
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    for event in events + reusing:
        for error in validator.iter_errors(event):
            sys.exit(f"{event['eventType']} of {event['run']['runId']}: {error.json_path}: {error.message}")

    of = lambda node: [event for event in events if event["run"]["runId"] == made[node]]
    types = {node: [event["eventType"] for event in of(node)] for node in ("flow", "relax", "broken", "later")}
    assert types == {"flow": ["START"], "relax": ["START", "COMPLETE"], "broken": ["START", "FAIL"], "later": []}, types
    assert [event["eventTime"] for event in events] == sorted(event["eventTime"] for event in events)
    relax, broken = of("relax")[1], of("broken")[1]
    assert relax["job"]["name"] == "bands.relax" and relax["job"]["namespace"].startswith("cairn://")
    assert {one["name"] for one in relax["inputs"]} == {made["structure"], made["tree"], made["limit"]}
    assert [one["name"] for one in relax["outputs"]] == [made["energy"]] == [one["name"] for one in broken["inputs"]]
    assert relax["outputs"][0]["namespace"] == broken["inputs"][0]["namespace"]
    assert relax["run"]["facets"]["parent"]["run"]["runId"] == made["flow"]
    assert relax["run"]["facets"]["cairn_node"]["codeVersion"] == "7"
    assert "nominalEndTime" in relax["run"]["facets"]["nominalTime"]
    assert broken["run"]["facets"]["errorMessage"]["message"] == "no k-points"
    assert relax["inputs"][0]["facets"]["cairn_node"]["kind"] == "data"

    origin = [event["run"]["facets"]["cairn_reuse"] for event in reusing if event["run"]["runId"] == taken["process"]]
    assert len(origin) == 2 and origin[0]["run"]["runId"] == made_first["process"] and origin[0]["job"]["name"] == "first.sort", origin
    assert {event["run"]["runId"] for event in reusing if "cairn_reuse" in event["run"]["facets"]} == {taken["process"]}
    assert made_first["process"] not in {event["run"]["runId"] for event in reusing}

    alone = store.run("export", "--format", "openlineage", "--no-ancestors", made["broken"]).splitlines()
    assert [json.loads(line)["run"]["runId"] for line in alone] == [made["broken"]] * 2
    of_data = store.run("export", "--format", "openlineage", made["energy"]).splitlines()
    assert {json.loads(line)["run"]["runId"] for line in of_data} == {made["relax"]}
    report = store.try_run("export", "--format", "openlineage", "--json", made["later"])
    assert [item["place"] for item in json.loads(report.stderr)["items"]] == [made["later"]]
    print(f"{len(events)} events, all valid")


main()
