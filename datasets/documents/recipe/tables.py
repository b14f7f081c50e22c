#!/usr/bin/env python3
"""The open tables behind the charts and reports: extracts recipe/tables.json from the npm package vega-datasets.

    datasets/documents/recipe/tables.py [--check]     needs python3 and npm; --check compares instead of writing

Only tables that the package's datapackage.json states as U.S. government works or CC BY 4.0 are used, and small parts of them:
sums, means and counts by month, year or group.
"""
import collections
import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

PACKAGE = "vega-datasets@3.2.1"
COUNTRIES = ("Argentina", "Australia", "Bangladesh", "Brazil", "Canada", "Chile", "China", "Cuba", "Egypt", "Finland", "France",
             "Germany", "Greece", "India", "Iran", "Japan", "Kenya", "Mexico", "Nigeria", "Norway", "Peru", "Poland", "Spain",
             "Turkey")
SECTORS = {"mining_and_logging": "Mining and logging", "construction": "Construction", "manufacturing": "Manufacturing",
           "information": "Information", "financial_activities": "Financial activities",
           "education_and_health_services": "Education and health", "leisure_and_hospitality": "Leisure and hospitality",
           "other_services": "Other services", "government": "Government"}
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
AIRPORTS = ("ATL", "BOS", "CLT", "DEN", "DFW", "DTW", "IAH", "JFK", "LAS", "LAX", "MSP", "ORD", "PHX", "SEA", "SFO", "SLC")


def package():
    """Name → text of the files in the package's data folder."""
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        with tarfile.open(os.path.join(folder, name)) as tar:
            return {os.path.basename(m.name): tar.extractfile(m).read() for m in tar
                    if m.name.startswith("package/data/") and m.name.endswith((".csv", ".json"))}


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


def mean(values):
    return round(sum(values) / len(values), 1)


def weather(days):
    """Year → 12 monthly sums of precipitation in mm, and 12 means of the highest temperature in °C."""
    wet, warm = collections.defaultdict(lambda: [[] for _ in MONTHS]), collections.defaultdict(lambda: [[] for _ in MONTHS])
    for d in days:
        year, month = d["date"][:4], int(d["date"][5:7]) - 1
        wet[year][month].append(float(d["precipitation"]))
        warm[year][month].append(float(d["temp_max"]))
    return {"precipitation": {y: [round(sum(m), 1) for m in wet[y]] for y in wet}, "warmest": {y: [mean(m) for m in warm[y]] for y in warm}}


def extract(files):
    iowa = collections.defaultdict(dict)
    for r in rows(files["iowa-electricity.csv"]):
        iowa[r["source"]][r["year"][:4]] = int(r["net_generation"])
    jobs = {name: {} for name in SECTORS.values()}
    for r in rows(files["us-employment.csv"]):
        if r["month"][5:7] == "01":
            for key, name in SECTORS.items():
                jobs[name][r["month"][:4]] = float(r[key])
    life, births = collections.defaultdict(dict), collections.defaultdict(dict)
    for r in json.loads(files["gapminder.json"]):
        if r["country"] in COUNTRIES:
            life[r["country"]][str(r["year"])] = r["life_expect"]
            births[r["country"]][str(r["year"])] = r["fertility"]
    strikes = rows(files["birdstrikes.csv"])
    lost = collections.defaultdict(dict)
    for r in json.loads(files["unemployment-across-industries.json"]):
        if r["month"] == 1:
            lost[r["series"]][str(r["year"])] = r["count"]
    air = collections.defaultdict(list)
    for r in rows(files["co2-concentration.csv"]):
        air[r["Date"][:4]].append(float(r["CO2"]))
    landed = collections.Counter()
    for r in rows(files["flights-airport.csv"]):
        landed[r["destination"]] += int(r["count"])
    quakes = collections.Counter()
    for r in json.loads(files["earthquakes.json"])["features"]:
        if (r["properties"]["mag"] or -1) >= 0:
            quakes[min(int(r["properties"]["mag"]), 5)] += 1
    return {
        "iowa-electricity.csv": iowa, "us-employment.csv": jobs, "seattle-weather.csv": weather(rows(files["seattle-weather.csv"])),
        "gapminder.json": {"life": life, "births": births},
        "birdstrikes.csv": {"phase": collections.Counter(r["Phase of flight"] for r in strikes if r["Phase of flight"]),
                            "year": collections.Counter(r["Flight Date"][:4] for r in strikes)},
        "global-temp.csv": {r["year"]: float(r["temp"]) for r in rows(files["global-temp.csv"]) if r["year"] >= "1980"},
        "unemployment-across-industries.json": lost,
        "co2-concentration.csv": {y: mean(v) for y, v in air.items() if len(v) == 12},
        "weather.csv": weather([r for r in rows(files["weather.csv"]) if r["location"] == "New York"]),
        "flights-airport.csv": {a: landed[a] for a in AIRPORTS},
        "earthquakes.json": {"%d to %d" % (m, m + 1) if m < 5 else "5 or more": quakes[m] for m in range(6)},
    }


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tables.json")
    text = "{\n%s\n}\n" % ",\n".join("%s: %s" % (json.dumps(k), json.dumps(v, sort_keys=True, separators=(",", ":")))
                                     for k, v in sorted(extract(package()).items()))
    if "--check" in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            sys.exit(f.read() != text)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
