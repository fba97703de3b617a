#!/usr/bin/env python3
"""A second opinion on every date: due times by Python's own calendar and time zones, sharing no code with the server.

    python3 tests/dates/oracle.py COUNT SEED HOLIDAYS

Writes COUNT cases, one JSON object a line: what is asked (zone, instant, calendar, duration) and what must come out
(due instant, begin of the due day, and the due date in Dutch and English words). The same seed gives the same cases.
HOLIDAYS is the folder of the holiday lists that ship with the server. Never reads the clock.

Cases crowd where dates go wrong: at changes of the clocks, at the cutoff to the millisecond, on leap days, at the turn of
the year, in long runs of closed days, with weekends of every shape.
"""

import datetime as dt
import json
import pathlib
import random
import sys
import zoneinfo

UTC = dt.timezone.utc
FIRST, LAST = dt.datetime(2024, 1, 1, tzinfo=UTC), dt.datetime(2035, 12, 31, tzinfo=UTC)
MS = dt.timedelta(milliseconds=1)
DAY = dt.timedelta(days=1)
NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKENDS = [{5, 6}, {5, 6}, {5, 6}, {4, 5}, {4, 5}, {6}, {4}, {3, 4}, set(), {0, 6}, {0, 1, 2, 3, 5, 6}]
CUTOFFS = ["17:00", "17:00", "17:00", "12:00", "09:00", "23:59", "00:00", "18:30"]
WORDS = {
    "nl": (
        ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        ["januari", "februari", "maart", "april", "mei", "juni"]
        + ["juli", "augustus", "september", "oktober", "november", "december"],
    ),
    "en": (
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        ["January", "February", "March", "April", "May", "June"]
        + ["July", "August", "September", "October", "November", "December"],
    ),
}


def changes(zone):
    """The instants at which the zone's clocks change, to the second."""
    offset = lambda second: dt.datetime.fromtimestamp(second, zone).utcoffset()
    found, step = [], 5 * 86_400
    for start in range(int(FIRST.timestamp()), int(LAST.timestamp()), step):
        low, high = start, start + step
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        found.append(dt.datetime.fromtimestamp(high, UTC))
    return found


def instant(zone, day, time):
    """The moment a wall clock shows `time` on `day`; in an hour that comes twice or never, the later reading."""
    wall = dt.datetime.combine(day, time)
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def local_day(zone, at):
    return at.astimezone(zone).date()


def begin_of(zone, day):
    """The first moment that has this date: midnight, or what comes after it where midnight is skipped."""
    midnight = dt.datetime.combine(day, dt.time())
    at = min(midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if local_day(zone, at) == day:
        return at
    low, high = at, at + dt.timedelta(hours=26)
    while high - low > MS:
        middle = low + (high - low) // 2
        low, high = (low, middle) if local_day(zone, middle) >= day else (middle, high)
    return high.replace(microsecond=high.microsecond // 1000 * 1000)


def due(case, zone):
    """By the words of the rule: what arrives after the cutoff or on a closed day counts from the next business day."""
    at, value, unit = case["at"], case["value"], case["unit"]
    if unit == "minutes":
        return at + dt.timedelta(minutes=value)
    if unit == "hours":
        return at + dt.timedelta(hours=value)
    day = local_day(zone, at)
    if unit == "days":
        return instant(zone, day + value * DAY, case["cutoff"])
    closed = lambda date: date.weekday() in case["weekend"] or date in case["holidays"]
    if closed(day) or at > instant(zone, day, case["cutoff"]):
        day += DAY
        while closed(day):
            day += DAY
    while value:
        day += DAY
        value -= not closed(day)
    return instant(zone, day, case["cutoff"])


def some_holidays(random, lists):
    if random.random() < 0.6:
        return set(random.choice(lists))
    start = dt.date(2024, 1, 1) + random.randrange(4300) * DAY
    run = {start + number * DAY for number in range(random.choice([1, 2, 9, 16, 40]))}
    return run | {dt.date(2024, 1, 1) + random.randrange(4380) * DAY for _ in range(random.randrange(40))}


def some_instant(random, zone, zone_changes, cutoff):
    kind = random.random()
    if kind < 0.3 and zone_changes:
        base = random.choice(zone_changes) + random.choice([-1, 0, 1]) * DAY
        at = base + dt.timedelta(milliseconds=random.randrange(-3 * 3_600_000, 3 * 3_600_000))
    elif kind < 0.6:
        day = FIRST.date() + random.randrange(4300) * DAY
        if random.random() < 0.3:
            year = random.randrange(2024, 2035)
            day = random.choice([dt.date(year, 12, 31), dt.date(year, 1, 1), dt.date(year, 2, 28)]) + DAY * random.randrange(2)
        at = instant(zone, day, cutoff) + random.choice([-1, 0, 0, 1, 1000, -1000]) * MS
    else:
        at = FIRST + dt.timedelta(milliseconds=random.randrange(int((LAST - FIRST) / MS)))
    at = min(max(at, FIRST), LAST)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def some_cutoff(random, zone, zone_changes):
    if zone_changes and random.random() < 0.25:
        # Inside the hour that is skipped or comes twice.
        near = random.choice(zone_changes).astimezone(zone) + dt.timedelta(minutes=random.randrange(-70, 70))
        return dt.time(near.hour, near.minute)
    return dt.time.fromisoformat(random.choice(CUTOFFS))


def some_case(random, zones, lists):
    name = random.choice(list(zones))
    zone, zone_changes = zones[name]
    cutoff = some_cutoff(random, zone, zone_changes)
    unit = random.choice(["business_days"] * 6 + ["days"] * 2 + ["hours", "minutes"])
    return {
        "zone": name,
        "cutoff": cutoff,
        "at": some_instant(random, zone, zone_changes, cutoff),
        "weekend": random.choice(WEEKENDS),
        "holidays": some_holidays(random, lists),
        "unit": unit,
        "value": random.choice([0, 1, 1, 2, 2, 3, 5, 10, 14, 20, 28, random.randrange(90)]),
    }


def words(local, language):
    days, months = WORDS[language]
    return f"{days[local.weekday()]} {local.day} {months[local.month - 1]} {local.year}"


def written(case, zone):
    answer = due(case, zone)
    local = answer.astimezone(zone)
    return {
        "zone": case["zone"],
        "cutoff": case["cutoff"].strftime("%H:%M"),
        "at_ms": (case["at"] - dt.datetime(1970, 1, 1, tzinfo=UTC)) // MS,
        "weekend": [NAMES[day] for day in sorted(case["weekend"])],
        "holidays": sorted(day.isoformat() for day in case["holidays"]),
        "unit": case["unit"],
        "value": case["value"],
        "due_ms": (answer - dt.datetime(1970, 1, 1, tzinfo=UTC)) // MS,
        "day_start_ms": (begin_of(zone, local.date()) - dt.datetime(1970, 1, 1, tzinfo=UTC)) // MS,
        "time": local.strftime("%H:%M"),
        "nl": words(local, "nl"),
        "en": words(local, "en"),
    }


def main(count, seed, folder):
    source = random.Random(seed)
    lists = []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        lists.append([dt.date.fromisoformat(day["date"]) for day in json.loads(path.read_text(encoding="utf-8"))])
    moving, still = {}, {}
    for name in sorted(zoneinfo.available_timezones()):
        if "/" not in name or name.startswith(("Etc/", "posix/", "right/", "SystemV/")):
            continue
        zone = zoneinfo.ZoneInfo(name)
        zone_changes = changes(zone)
        (moving if zone_changes else still)[name] = (zone, zone_changes)
    few = source.sample(sorted(still), min(30, len(still)))
    zones = moving | {name: still[name] for name in few}
    print(f"{len(moving)} zones whose clocks change, {len(few)} others", file=sys.stderr)
    for _ in range(count):
        case = some_case(source, zones, lists)
        print(json.dumps(written(case, zones[case["zone"]][0])))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
