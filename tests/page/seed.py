"""Copies one application of a stopped server: `seed.py DATABASE REFERENCE OPEN ENDED`, until its posting has so many open ones,
and so many ended ones more.

Each copy has its own reference, name and address, and the promise and event of the first. Never touches a running server.
"""

import random
import sqlite3
import sys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def copies(connection, table, column, value):
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    names = [field[0] for field in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def insert(connection, table, row):
    names = ", ".join(row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


def main():
    path, reference, still_open, ended = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    draw = random.Random(7)
    connection = sqlite3.connect(path)
    [first] = copies(connection, "applications", "reference", reference)
    promises = copies(connection, "promises", "application_id", first["id"])
    events = copies(connection, "events", "application_id", first["id"])
    counted = "SELECT COUNT(*) FROM applications WHERE posting_id = ? AND status = 'open'"
    still_open -= connection.execute(counted, (first["posting_id"],)).fetchone()[0]
    for number in range(still_open + ended):
        drawn = "".join(draw.choice(ALPHABET) for _ in range(12))
        own = {
            "id": f"{first['id']}-{number}",
            "reference": "-".join([drawn[0:4], drawn[4:8], drawn[8:12]]),
            "email": f"seeded-{number}@example.com",
            "name": f"Sollicitant {number}",
            "submitted_at": first["submitted_at"] + number,
        }
        is_open = number < still_open
        end = {} if is_open else {"status": "rejected", "stage_id": None}
        insert(connection, "applications", {**first, **own, **end})
        for promise in promises:
            kept = {} if is_open else {"kept_at": promise["made_at"] + 1}
            insert(connection, "promises", {**promise, **kept, "id": f"{promise['id']}-{number}", "application_id": own["id"]})
        for event in events:
            insert(connection, "events", {**event, "application_id": own["id"]})
    connection.commit()


main()
