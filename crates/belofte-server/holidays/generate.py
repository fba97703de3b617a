#!/usr/bin/env python3
"""Writes the holiday lists that ship with the server, from the Python package `holidays` (0.109 was used).

Run by hand when a country changes its law or years are to be added:
    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install holidays==0.109 && /tmp/venv/bin/python generate.py

The package lists Good Friday for the Netherlands (no law names it, most employers close), and Liberation Day only in
the years in which it is a public holiday (2025, 2030). Both are kept as they are: an employer adds or drops days by
importing a calendar file.
"""

import json
import pathlib

import holidays

YEARS = range(2025, 2031)
# File name: country, subdivision, languages by the key used in our documents.
LISTS = {
    "nl": ("NL", None, {"nl": "nl", "en": "en_US"}),
    "be": ("BE", None, {"nl": "nl", "fr": "fr", "de": "de", "en": "en_US"}),
    "de": ("DE", None, {"de": "de", "en": "en_US"}),
    "fr": ("FR", None, {"fr": "fr", "en": "en_US"}),
    "uk": ("GB", "ENG", {"en": "en_GB"}),
    "ca-on": ("CA", "ON", {"en": "en_CA", "fr": "fr"}),
}


def days(country, subdivision, languages):
    by_language = {
        key: holidays.country_holidays(country, subdiv=subdivision, years=YEARS, language=language)
        for key, language in languages.items()
    }
    dates = sorted(next(iter(by_language.values())))
    return [
        {"date": date.isoformat(), "name": {key: names[date] for key, names in by_language.items()}} for date in dates
    ]


for name, arguments in LISTS.items():
    path = pathlib.Path(__file__).with_name(f"{name}.json")
    lines = ",\n".join("  " + json.dumps(day, ensure_ascii=False) for day in days(*arguments))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
