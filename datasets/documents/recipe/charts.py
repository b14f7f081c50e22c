"""Charts (gnuplot) and reports (PDF) over open tables: 12 and 6 a seed, each with its questions and accepted answers.

The tables are tables.json (see tables.py). Those of the default seed serve no other seed: TABLES names both halves.
"""
import html
import json
import os

from recipe_common import Rng
import pages
from pages import Question

US, CC = "LicenseRef-US-Government-Work", "CC-BY-4.0"
WIDTH, HEIGHT = 640, 420
COLOURS = ("#1b6ca8", "#d1495b", "#3a7d44", "#8a5a9e", "#c77d0a")
FONTS = ("DejaVu Sans", "Liberation Sans", "DejaVu Serif", "Liberation Serif")

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tables.json"), encoding="utf-8") as f:
    DATA = json.load(f)


class Table:
    """Named series of numbers over labels. `what` completes "What is …", `where` goes between it and a label."""

    def __init__(self, source, licence, title, what, unit, row, where, labels, series, digits=0):
        self.source, self.licence, self.title, self.what, self.unit = source, licence, title, what, unit
        self.row, self.where, self.labels, self.series, self.digits = row, where, labels, series, digits

    def number(self, value):
        return "%.*f" % (self.digits, value)

    def references(self, value):
        plain = self.number(value)
        return [plain] + ([format(round(value), ",")] if self.digits == 0 and abs(value) >= 1000 else [])

    def of(self, name):
        """What is asked for, of one series."""
        return "%s of %s" % (self.what, name) if len(self.series) > 1 else self.what


def years(first, last, step=1):
    return [str(y) for y in range(first, last + 1, step)]


def stretch(rng, first, last, n):
    start = rng.between(first, last - n + 1)
    return years(start, start + n - 1)


def pick(rows, names, labels):
    return {n: [rows[n][x] for x in labels] for n in names}


def table_iowa(rng):
    labels = stretch(rng, 2001, 2017, 8)
    return Table("iowa-electricity.csv", US, "Electricity generated in Iowa", "the net generation", "GWh", "year", "in", labels,
                 pick(DATA["iowa-electricity.csv"], ("Fossil Fuels", "Nuclear Energy", "Renewables"), labels))


def table_rain(file, place, rng):
    year = rng.choice(years(2012, 2015))
    return Table(file, US, "Precipitation in %s, %s" % (place, year), "the precipitation", "mm", "month", "in", list(pages.words.MONTHS),
                 {"Precipitation": DATA[file]["precipitation"][year]}, 1)


def table_warm(file, place, rng):
    year = rng.choice(years(2012, 2015))
    return Table(file, US, "Mean daily maximum temperature in %s, %s" % (place, year), "the mean daily maximum", "°C", "month", "in",
                 list(pages.words.MONTHS), {"Temperature": DATA[file]["warmest"][year]}, 1)


def table_sectors(rng):
    year, rows = rng.choice(years(2006, 2015)), DATA["us-employment.csv"]
    names = rng.sample(sorted(rows), 6)
    return Table("us-employment.csv", US, "Jobs in the United States, January %s" % year, "the number of jobs (in thousands)", "thousand",
                 "sector", "in", names, {"Jobs": [rows[n][year] for n in names]})


def table_jobs(rng):
    labels, rows = stretch(rng, 2006, 2015, 8), DATA["us-employment.csv"]
    return Table("us-employment.csv", US, "Jobs in the United States, each January", "the number of jobs (in thousands)", "thousand",
                 "year", "in", labels, pick(rows, rng.sample(sorted(rows), 2), labels))


def table_life(rng):
    labels, rows = years(1955, 2005, 5), DATA["gapminder.json"]["life"]
    return Table("gapminder.json", CC, "Life expectancy at birth", "the life expectancy", "years", "year", "in", labels,
                 pick(rows, rng.sample(sorted(rows), 3), labels), 1)


def table_births(rng):
    year, rows = rng.choice(years(1955, 2005, 5)), DATA["gapminder.json"]["births"]
    names = rng.sample(sorted(rows), 7)
    return Table("gapminder.json", CC, "Children per woman, %s" % year, "the number of children per woman", "children", "country", "in",
                 names, {"Children": [rows[n][year] for n in names]}, 2)


def table_strikes(rng):
    rows = DATA["birdstrikes.csv"]["phase"]
    names = rng.shuffled([n for n in sorted(rows) if rows[n] > 100])
    return Table("birdstrikes.csv", US, "Wildlife strikes by phase of flight (10,000 reports)", "the number of strikes", "reports", "phase of flight",
                 "in the phase", names, {"Strikes": [rows[n] for n in names]})


def table_anomaly(rng):
    labels, rows = stretch(rng, 1980, 2023, 12), DATA["global-temp.csv"]
    return Table("global-temp.csv", US, "Global mean temperature against 1951-1980", "the temperature anomaly", "°C", "year", "in", labels,
                 {"Anomaly": [rows[x] for x in labels]}, 2)


def table_industries(rng):
    year, rows = rng.choice(years(2000, 2010)), DATA["unemployment-across-industries.json"]
    names = rng.sample(sorted(rows), 6)
    return Table("unemployment-across-industries.json", US, "Unemployed persons by industry, January %s" % year,
                 "the number of unemployed persons (in thousands)", "thousand", "industry", "in", names, {"Persons": [rows[n][year] for n in names]})


def table_unemployed(rng):
    labels, rows = stretch(rng, 2000, 2010, 9), DATA["unemployment-across-industries.json"]
    return Table("unemployment-across-industries.json", US, "Unemployed persons, each January", "the number of unemployed persons (in thousands)",
                 "thousand", "year", "in", labels, pick(rows, rng.sample(sorted(rows), 2), labels))


def table_air(rng):
    labels, rows = stretch(rng, 1965, 2019, 10), DATA["co2-concentration.csv"]
    return Table("co2-concentration.csv", CC, "Carbon dioxide at Mauna Loa, mean of the year", "the concentration", "ppm", "year", "in",
                 labels, {"CO2": [rows[x] for x in labels]}, 1)


def table_flights(rng):
    rows = DATA["flights-airport.csv"]
    names = rng.sample(sorted(rows), 7)
    return Table("flights-airport.csv", US, "Flights that arrived in 2008", "the number of arrivals", "flights", "airport", "at", names,
                 {"Flights": [rows[n] for n in names]})


def table_quakes(rng):
    rows = DATA["earthquakes.json"]
    return Table("earthquakes.json", US, "Earthquakes in a week of 2018, by magnitude", "the number of earthquakes", "events", "magnitude class",
                 "in the magnitude class", list(rows), {"Events": list(rows.values())})


def seattle(make):
    return lambda rng: make("seattle-weather.csv", "Seattle", rng)


def new_york(make):
    return lambda rng: make("weather.csv", "New York", rng)


# (table, form) of the 12 charts and tables of the 6 reports: of the default seed, of all others
CHARTS = (((table_iowa, "line"), (seattle(table_rain), "bar"), (table_sectors, "horizontal bar"), (table_life, "line"),
           (table_strikes, "horizontal bar"), (table_anomaly, "bar"), (table_iowa, "grouped bar"), (seattle(table_warm), "line"),
           (table_jobs, "line"), (table_births, "bar"), (table_life, "grouped bar"), (table_sectors, "bar")),
          ((table_unemployed, "line"), (new_york(table_rain), "bar"), (table_industries, "horizontal bar"), (table_air, "line"),
           (table_flights, "horizontal bar"), (table_quakes, "bar"), (table_unemployed, "grouped bar"), (new_york(table_warm), "line"),
           (table_unemployed, "line"), (table_flights, "bar"), (table_unemployed, "grouped bar"), (table_industries, "bar")))
REPORTS = ((table_iowa, table_jobs, table_life, seattle(table_rain), table_births, table_strikes),
           (table_unemployed, table_flights, table_air, new_york(table_rain), table_industries, table_quakes))


# ---- Questions ------------------------------------------------------------------------------------

def spread(table):
    values = [v for s in table.series.values() for v in s]
    return max(values) - min(min(values), 0)


def lookup(table, rng):
    """A value that can be read off: at least a third of the axis. And another one, for a note that contradicts."""
    cells = [(n, i) for n, s in table.series.items() for i in range(len(table.labels)) if abs(s[i]) >= spread(table) / 3]
    name, i = rng.choice(cells)
    value = table.series[name][i]
    other = round(value * rng.choice((0.55, 0.65, 1.4, 1.6)), table.digits)
    text = "%s %s %s" % (table.of(name), table.where, table.labels[i])
    return Question("lookup", "What is %s?" % text, table.references(value), "number"), (text, other)


def extreme(table, rng):
    name = rng.choice(sorted(table.series))
    values, high = table.series[name], rng.chance(60)
    order = sorted(range(len(values)), key=values.__getitem__, reverse=high)
    if abs(values[order[0]] - values[order[1]]) < 0.015 * spread(table):
        high = not high
        order = order[::-1]
    if abs(values[order[0]] - values[order[1]]) < 0.015 * spread(table):
        return None
    return Question("argmax" if high else "argmin", "For which %s is %s the %s?" % (table.row, table.of(name), "highest" if high else "lowest"),
                    [table.labels[order[0]]], "text")


def count(table, rng):
    """How many are above a round value that no point of the chart comes close to."""
    name = rng.choice(sorted(table.series))
    values, room = table.series[name], spread(table)
    for line in rng.shuffled([round(room * k / 20, table.digits if room < 20 else -1 if room < 1000 else -2) for k in range(4, 18)]):
        n = sum(v > line for v in values)
        if 0 < n < len(values) and min(abs(v - line) for v in values) > 0.02 * room:
            return Question("count", "For how many %s is %s above %s %s?" % (plural(table.row), table.of(name), "%g" % line, table.unit),
                            [str(n)], "number")
    return None


def difference(table, rng):
    name = rng.choice(sorted(table.series))
    values = table.series[name]
    pairs = [(i, j) for i in range(len(values)) for j in range(len(values)) if values[i] - values[j] > 0.35 * spread(table)]
    if not pairs:
        return None
    i, j = rng.choice(pairs)
    return Question("difference", "By how much is %s higher %s %s than %s %s?" % (table.of(name), table.where, table.labels[i], table.where,
                    table.labels[j]), table.references(values[i] - values[j]), "number")


def plural(row):
    return {"country": "countries", "industry": "industries", "phase of flight": "phases of flight", "magnitude class": "magnitude classes"}.get(row, row + "s")


def questions(table, rng, index):
    first, note = lookup(table, rng)
    makers = (extreme, count, difference) if index % 2 == 0 else (extreme, difference, count)
    made = [q for q in (make(table, rng) for make in makers) if q]
    while len(made) < 2:
        more = lookup(table, rng)[0]
        if more.text not in [q.text for q in [first] + made]:
            made.append(more)
    return [first] + made[:2], note


# ---- What is shown --------------------------------------------------------------------------------

def twin(table):
    lines = [table.title + " (%s)" % table.unit, " | ".join([table.row] + list(table.series))]
    lines += [" | ".join([x] + [table.number(s[i]) for s in table.series.values()]) for i, x in enumerate(table.labels)]
    return "\n".join(lines)


class Chart:
    kind, media_type, ending = "image", "image/png", "png"

    def __init__(self, id, table, form, font, with_values, rng, index):
        self.id, self.table, self.form, self.font = id, table, form, font
        self.with_values = with_values and len(table.series) == 1
        self.questions, self.note = questions(table, rng, index)
        self.twin = twin(table)
        self.attributes = {"document": "chart", "template": form, "font": font, "values": "printed" if self.with_values else "to be read off"}
        self.shift = rng.below(len(COLOURS))

    def script(self):
        """The gnuplot script: labels, axes and the data."""
        t, names = self.table, list(self.table.series)
        lines = ['set terminal pngcairo size %d,%d font "%s,11" background "#ffffff"' % (WIDTH, HEIGHT, self.font),
                 "set encoding utf8", 'set title "%s" noenhanced' % t.title, "set border 3 lc rgb '#666666'", "set tics nomirror out textcolor rgb '#222222'",
                 "set rmargin 9",
                 "set grid %s lc rgb '#d8d8d8' lt 1" % ("xtics" if self.form == "horizontal bar" else "ytics"),
                 "set key top center horizontal outside noenhanced" if len(names) > 1 else "unset key", "$data << EOD"]
        lines += ["%s\t%s" % (x.replace(" ", "\u00a0"), "\t".join(t.number(s[i]) for s in t.series.values())) for i, x in enumerate(t.labels)]
        lines += ["EOD", "set datafile separator '\\t'"]
        return "\n".join(lines + getattr(self, "draw_" + self.form.replace(" ", "_"))(names)) + "\n"

    def colour(self, k):
        return COLOURS[(k + self.shift) % len(COLOURS)]

    def span(self):
        """The axis: from zero, or from below the least value where that is negative or the series lie close together."""
        values = [v for s in self.table.series.values() for v in s]
        low, high = min(values), max(values)
        low = low - 0.15 * (high - low) if low < 0 or (self.form == "line" and low > 0.55 * high) else 0
        return "[%g:%g]" % (low, high + (0.12 if self.with_values else 0.06) * (high - low))

    def columns(self):
        n = len(self.table.labels)
        return ['set ylabel "%s" noenhanced' % self.table.unit, "set yrange %s" % self.span(), "set xrange [-0.7:%g]" % (n - 0.3),
                "set xtics rotate by -35" if n > 8 or max(map(len, self.table.labels)) > 8 else "set xtics norotate"]

    def values_over(self, column, shift):
        return ', $data using ($0+%g):%d:(sprintf("%%.%df",$%d)) with labels offset 0,0.7 font ",9" notitle' % (
            shift, column, self.table.digits, column) if self.with_values else ""

    def draw_bar(self, names):
        return self.columns() + ["set boxwidth 0.7", "set style fill solid", "set xzeroaxis lt 1 lc rgb '#666666'",
                                 'plot $data using 0:2:xtic(1) with boxes lc rgb "%s"%s' % (self.colour(0), self.values_over(2, 0))]

    def draw_grouped_bar(self, names):
        width = 0.8 / len(names)
        parts = ['$data using ($0+%g):%d%s with boxes lc rgb "%s" title "%s"' % (
            (k - (len(names) - 1) / 2) * width, k + 2, ":xtic(1)" if k == 0 else "", self.colour(k), n) for k, n in enumerate(names)]
        return self.columns() + ["set boxwidth %g" % (width * 0.92), "set style fill solid", "plot " + ", ".join(parts)]

    def draw_line(self, names):
        parts = ['$data using 0:%d:xtic(1) with linespoints lw 2 pt %d ps 0.9 lc rgb "%s" title "%s"' % (k + 2, (7, 5, 9)[k % 3], self.colour(k), n)
                 for k, n in enumerate(names)]
        over = "".join(self.values_over(k + 2, 0) for k in range(len(names)))
        return self.columns() + ["plot " + ", ".join(parts) + over]

    def draw_horizontal_bar(self, names):
        over = ', $data using 2:0:(sprintf("%%.%df",$2)) with labels left offset 0.5,0 font ",9" notitle' % self.table.digits if self.with_values else ""
        return ['set xlabel "%s" noenhanced' % self.table.unit, "set xrange %s" % self.span(), "set yrange [-0.6:%g] reverse" % (len(self.table.labels) - 0.4),
                "set xtics rotate by -35",
                "set style fill solid", 'plot $data using ($2/2):0:($2/2):(0.35):ytic(1) with boxxyerror lc rgb "%s"%s' % (self.colour(0), over)]


class Report:
    kind, media_type, ending = "page", "application/pdf", "pdf"

    def __init__(self, id, table, font, rng, index):
        self.id, self.table, self.font = id, table, font
        self.questions, self.note = questions(table, rng, index)
        self.attributes = {"document": "report", "template": "report", "font": font}
        self.number = "R-%d" % rng.between(1000, 9999)
        self.questions[2:] = [Question("id", "What is the number of the report?", [self.number], "text")]
        self.intro = "This page lists %s by %s, in %s. It was set from open data; the source is named below the table." % (table.what, table.row, table.unit)
        self.source = "Source: %s, taken from the npm package vega-datasets." % table.source
        self.twin = "Report %s\n%s\n%s\n%s" % (self.number, self.intro, twin(table), self.source)

    def script(self):
        """The HTML of the page."""
        e, t = html.escape, self.table
        head = "".join("<th>%s</th>" % e(x) for x in ["", *t.series])
        body = "".join("<tr><td>%s</td>%s</tr>" % (e(x), "".join("<td class=r>%s</td>" % t.number(s[i]) for s in t.series.values()))
                       for i, x in enumerate(t.labels))
        return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>report</title><style>\n"
                "body{font:15px/1.5 '%s';color:#111;margin:28px 36px}table{border-collapse:collapse;margin:22px 0;min-width:60%%}\n"
                "td,th{border-bottom:1px solid #999;padding:5px 14px;text-align:left}.r,th+th{text-align:right}h1{font-size:24px;margin:4px 0 18px}\n"
                ".n{float:right;color:#333}.s{color:#333;font-size:13px}</style></head><body><div class=n>Report %s</div><h1>%s</h1>\n"
                "<p>%s</p><table><tr>%s</tr>%s</table><p class=s>%s</p></body></html>\n"
                % (self.font, self.number, e(t.title), e(self.intro), head, body, e(self.source)))


def make_yearbook(seed, default_seed):
    """The charts and the reports of a seed."""
    half = 0 if seed == default_seed else 1
    prefix = "" if seed == default_seed else "s%d-" % seed
    made = []
    for i, (make, form) in enumerate(CHARTS[half]):
        rng = Rng("documents", seed, "chart", i)
        made.append(Chart("%syearbook-chart-%02d" % (prefix, i + 1), make(rng), form, FONTS[i % 4], i % 3 == 2, rng, i))
    for i, make in enumerate(REPORTS[half]):
        rng = Rng("documents", seed, "report", i)
        made.append(Report("%syearbook-report-%02d" % (prefix, i + 1), make(rng), FONTS[(i + 1) % 4], rng, i))
    return made
