"""A calendar that takes one file after the other, and what it shows after each: `read.py < files.json`, a list of texts.

A second opinion that shares no code with the server: Python's `icalendar`. Times are found by the zone's rules in the file
itself, never by a zone of this machine, and told for a reader in New York, by the offset that holds there on that day.
"""

import datetime as dt
import json
import sys
import zoneinfo

import icalendar

READER = zoneinfo.ZoneInfo("America/New_York")


def moment(calendar, value):
    """By the rules that the file carries."""
    zone = value.params.get("TZID")
    if zone is None:
        return value.dt
    rules = [part for part in calendar.walk("VTIMEZONE") if part["TZID"] == zone]
    assert len(rules) == 1, f"one VTIMEZONE for {zone}"
    assert "UID" not in rules[0] and "DTSTAMP" not in rules[0], "a zone is no event"
    return rules[0].to_tz().localize(value.dt.replace(tzinfo=None))


def take(known, text):
    """A newer number replaces what has the same UID; CANCEL takes it out."""
    calendar = icalendar.Calendar.from_ical(text)
    method = str(calendar["METHOD"])
    for event in calendar.walk("VEVENT"):
        uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
        assert not event.errors, event.errors
        if uid in known and known[uid]["sequence"] >= sequence:
            continue
        start, end = moment(calendar, event["DTSTART"]), moment(calendar, event["DTEND"])
        known[uid] = {
            "sequence": sequence,
            "start": start.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "minutes": int((end - start).total_seconds() // 60),
            "there": start.strftime("%H:%M"),
            "new_york": start.astimezone(READER).strftime("%H:%M"),
            "gone": method == "CANCEL" or str(event.get("STATUS")) == "CANCELLED",
        }
    return [event for event in known.values() if not event["gone"]]


known = {}
print(json.dumps([take(known, text) for text in json.load(sys.stdin)]))
