#!/usr/bin/env python3
"""An archive that the command wrote, read by Python's zipfile and sqlite3, as AiiDA reads it.

Usage: aiida_archives.py CAIRN DIRECTORY FIXTURES.
"""
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile

from bands import Store

CAIRN, WORK, FIXTURES = sys.argv[1:4]
TABLES = {
    "db_dbuser": "SELECT email, first_name, last_name, institution FROM db_dbuser",
    "db_dbcomputer": "SELECT uuid, label, hostname, description, scheduler_type, transport_type, metadata FROM db_dbcomputer",
    "db_dbnode": """SELECT n.uuid, node_type, process_type, n.label, n.description, ctime, mtime, attributes, extras,
                    repository_metadata, c.uuid, u.email FROM db_dbnode n LEFT JOIN db_dbcomputer c ON c.id = dbcomputer_id
                    JOIN db_dbuser u ON u.id = user_id""",
    "db_dbgroup": "SELECT uuid, label, type_string, time, description, extras, u.email FROM db_dbgroup g JOIN db_dbuser u ON u.id = user_id",
    "db_dblink": """SELECT i.uuid, o.uuid, l.label, type FROM db_dblink l JOIN db_dbnode i ON i.id = input_id
                    JOIN db_dbnode o ON o.id = output_id""",
}


def as_read(value):
    return json.dumps(json.loads(value), sort_keys=True) if isinstance(value, str) and value.startswith("{") else value


def rows(database, question):
    return sorted((tuple(map(as_read, row)) for row in database.execute(question)), key=repr)


def open_archive(path, name):
    """The zip, its metadata, and its database."""
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    database = os.path.join(WORK, name)
    with open(database, "wb") as file:
        file.write(archive.read("db.sqlite3"))
    return archive, json.loads(archive.read("metadata.json")), sqlite3.connect(database)


def without_spaces(sql):
    return re.sub(r"\s+", "", sql)


def main():
    store = Store(CAIRN, WORK)
    before = os.path.join(FIXTURES, "export_main_0001_simple.aiida")
    root = store.run("import", "--format", "aiida", before).splitlines()[0]
    after = os.path.join(WORK, "after.aiida")
    with open(after, "wb") as out:
        subprocess.run([CAIRN, "export", "--format", "aiida", root, "--store", store.path], stdout=out, check=True)
    old, old_metadata, old_database = open_archive(before, "before.sqlite3")
    new, new_metadata, new_database = open_archive(after, "after.sqlite3")
    assert new_metadata == old_metadata
    # AiiDA looks for these among the first few members.
    assert new.namelist()[:2] == ["metadata.json", "db.sqlite3"], new.namelist()
    files = [name for name in new.namelist() if name.startswith("repo/")]
    for name in files:
        assert hashlib.sha256(new.read(name)).hexdigest() == name[len("repo/"):]
    assert set(files) == {name for name in old.namelist() if name.startswith("repo/") and name != "repo/"}
    assert new_database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert new_database.execute("PRAGMA foreign_key_check").fetchall() == []
    for table, question in TABLES.items():
        assert rows(new_database, question) == rows(old_database, question), table
    with open(os.path.join(FIXTURES, "oracle.json"), encoding="utf-8") as file:
        schema = json.load(file)["archive_schema"]
    for table, sql in schema.items():
        (made,) = new_database.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        assert without_spaces(made) == without_spaces(sql), table
    again = store.run("import", "--format", "aiida", after)
    assert root in again, again


main()
