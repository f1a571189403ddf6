"""Converts the exported Sigma rules by pySigma's SQLite backend, executes them, and holds what they select against `scan`.

    python sigma-check.py RULES ROWS EXPECTED [--overwrite]

RULES is a folder of exported rules, ROWS the rows with the program's own verdicts (written by `cargo test --test export`), EXPECTED the list
of known differences. Ends with 1 where a difference is not on the list, or is none that the rule's losses allow.
"""

import json
import pathlib
import re
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

rules, rows_file, expected_file = (pathlib.Path(name) for name in sys.argv[1:4])
data = json.loads(rows_file.read_text(encoding="utf-8"))

connection = sqlite3.connect(":memory:")
connection.create_function(
    "regexp", 2, lambda pattern, text: text is not None and re.search(pattern, str(text)) is not None, deterministic=True
)
names = sorted({name for row in data["rows"] for name in row["fields"]} | {"Provider_Name", "EventID"})
columns = ", ".join(f'"{name}"' for name in ["id", "Message", *names])
connection.execute(f"CREATE TABLE logs ({columns})")
for row in data["rows"]:
    values = [row["id"], row["message"], *(row["fields"].get(name) for name in names)]
    connection.execute(f"INSERT INTO logs VALUES ({', '.join('?' * len(values))})", values)

backend = sqliteBackend()
differences, selected, problems = [], 0, []
for file in sorted(rules.glob("*.yml")):
    rule = file.stem
    (query,) = backend.convert(SigmaCollection.from_yaml(file.read_text(encoding="utf-8")))
    query = query.replace("<TABLE_NAME>", "logs")
    # A name with a hyphen is an expression for SQLite; the backend leaves quoting to the pipeline.
    for name in names:
        if not name.isidentifier():
            query = re.sub(rf"(?<![\w\"'`]){re.escape(name)}(?=[ =])", f'"{name}"', query)
    found = {row[0] for row in connection.execute(query.replace("SELECT *", "SELECT id", 1))}
    selected += len(found)
    losses = data["losses"][rule]
    for row in data["rows"]:
        certain = rule in row["certain"]
        if certain == (row["id"] in found):
            continue
        # What the program undoes was undone in the clean form already: there that excuses nothing.
        allowed = [
            loss["id"]
            for loss in losses
            if loss["misses" if certain else "adds"] and not (row["form"] == "clean" and loss["id"] == "normalisation")
        ]
        kind = "missed" if certain else "selected"
        differences.append(f"{rule}: {kind} {row['name']} ({row['form']}): {', '.join(allowed)}")
        if not allowed:
            problems.append(differences[-1])

text = "\n".join(differences) + "\n"
if "--overwrite" in sys.argv:
    expected_file.write_text(text, encoding="utf-8")
known = expected_file.read_text(encoding="utf-8") if expected_file.exists() else ""
new = [line for line in differences if line not in known.splitlines()]
gone = [line for line in known.splitlines() if line not in differences]
for line in problems:
    print(f"no loss explains: {line}")
for line in new:
    print(f"not on the list: {line}")
for line in gone:
    print(f"on the list, but no difference any more: {line}")
wanted = sum(len(row["certain"]) for row in data["rows"])
print(f"{len(data['rows'])} rows: the Sigma rules select {selected}, scan {wanted}; {len(differences)} differences")
sys.exit(1 if problems or new or gone or not selected else 0)
