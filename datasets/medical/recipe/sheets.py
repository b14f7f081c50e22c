"""Invented observation charts and laboratory reports, as SVG, with the questions about them. Python standard library only.

Every number is drawn at random round plausible values; a flag says only that a printed value lies outside the range printed
beside it."""
import datetime

import recipe_common as common
import recipe_pictures as pictures

CHARTS, REPORTS = 10, 10
PRINTS = ("normal", "faint", "small", "askew")
WARDS = (("Ward 3 East", "Birchwood Unit", "Short Stay 2"), ("Ward 7 North", "Larch Unit", "Day Care 1"))
LABORATORIES = (("Quay Street Laboratory", "Northgate Analytics", "Millbrook Pathology"),
                ("Harbour Row Laboratory", "Easton Analytics", "Fernhill Pathology"))
VITALS = (  # name, unit, least and most of usual values, decimals
    ("Heart rate", "/min", 58, 112, 0), ("Resp. rate", "/min", 11, 24, 0), ("SpO2", "%", 91, 99, 0), ("Temperature", "°C", 361, 389, 1),
    ("Systolic BP", "mmHg", 98, 158, 0), ("Diastolic BP", "mmHg", 56, 94, 0))
TESTS = (  # name, unit, range as printed, decimals
    ("Haemoglobin", "g/L", 120, 170, 0), ("Leucocytes", "10⁹/L", 40, 110, 1), ("Platelets", "10⁹/L", 150, 400, 0),
    ("Sodium", "mmol/L", 135, 145, 0), ("Potassium", "mmol/L", 35, 51, 1), ("Creatinine", "µmol/L", 45, 105, 0),
    ("Glucose", "mmol/L", 39, 78, 1), ("Calcium", "mmol/L", 215, 260, 2), ("Albumin", "g/L", 35, 52, 0), ("CRP", "mg/L", 0, 10, 0))
MISSING = "not recorded"
NOTICE = "Synthetic. Not for clinical use."


def number(value, decimals):
    return "%.*f" % (decimals, value / 10 ** decimals)


class Sheet:
    def __init__(self, id, document, size):
        self.id, self.document, self.print = id, document, size
        self.questions = []                     # kind, text, answers, what a note says instead
        self.head, self.titles, self.lines = [], [], []

    def ask(self, kind, text, answers, noted=None):
        self.questions.append((kind, text, answers, noted))

    def svg(self):
        size = 11 if self.print == "small" else 15
        ink = "#9a9a9a" if self.print == "faint" else "#1a1a1a"
        widths = [max(len(line[i]) for line in [self.titles, *self.lines]) * size * 0.64 + 18 for i in range(len(self.titles))]
        width, row = max(sum(widths) + 60, 440), size * 1.9
        parts, y = [], 48
        for i, words in enumerate(self.head):
            parts.append(pictures.text(30, y, words, size * (1.35 if i == 0 else 1), fill=ink, font_weight="bold" if i == 0 else "normal"))
            y += row
        for i, line in enumerate([self.titles, *self.lines]):
            x = 30
            if i == 0 or i % 2 == 0:
                parts.append(pictures.box(30, y - row * 0.68, sum(widths), row, "#e4e8ec" if i == 0 else "#f6f7f8"))
            for cell, w in zip(line, widths):
                parts.append(pictures.text(x + 6, y, cell, size, fill=ink, font_weight="bold" if i == 0 else "normal"))
                x += w
            y += row
        parts.append(pictures.text(30, y + row * 0.6, NOTICE, size * 0.85, fill=ink))
        height = round(y + row * 1.4)
        if self.print == "askew":
            parts = ['<g transform="rotate(2 %g %g)">%s</g>' % (width / 2, height / 2, "".join(parts))]
        return pictures.svg(round(width), height, parts)

    def transcript(self):
        """The sheet as a reader would type it off."""
        rows = [" | ".join(line) for line in [self.titles, *self.lines]]
        return "\n".join(self.head + rows)


def numeric(words, unit):
    return [words, "%s %s" % (words, unit)] + ([words + unit] if unit in ("%", "°C") else [])


def chart(seed, rng, half, n):
    sheet = Sheet("chart-%02d" % (n + 1), "chart", PRINTS[n % 4])
    patient = "P-%d" % rng.between(1000 + 5000 * half, 4999 + 5000 * half)
    day = datetime.date(2025, 1, 1) + datetime.timedelta(rng.below(360))
    sheet.head = ["Observation chart", "Patient no. %s    %s    %s" % (patient, rng.choice(WARDS[half]), day.strftime("%d %b %Y"))]
    shown = VITALS[:4] + (VITALS[4:] if n % 2 else ())
    hours = [rng.between(5, 7)]
    while len(hours) < 4 + n % 3:
        hours.append(hours[-1] + rng.between(2, 3))
    values = [[rng.between(v[2], v[3]) for v in shown] for _ in hours]
    gap = rng.below(len(hours)), rng.below(3)   # a cell that was left empty, never the temperature
    times = ["%02d:00" % h for h in hours]
    sheet.titles = ["Time"] + ["%s [%s]" % v[:2] for v in shown]
    for i, line in enumerate(values):
        sheet.lines.append([times[i]] + ["–" if (i, j) == gap else number(value, shown[j][4]) for j, value in enumerate(line)])
    at = rng.choice([i for i in range(len(hours)) if i != gap[0]])
    which = rng.below(3)
    asked, unit = shown[which][:2]
    other = number(values[at][which] + rng.choice([-7, -6, 6, 7]), shown[which][4])
    sheet.ask("value", "What is the %s at %s? Answer with the value only." % (asked, times[at]), numeric(sheet.lines[at][which + 1], unit),
              ("The note beside it says: %s at %s was %s. " % (asked, times[at], other), numeric(other, unit)))
    heat = [line[3] for line in values]
    if heat.count(max(heat)) == 1:
        sheet.ask("time of highest", "At what time was the temperature highest? Answer with the time only.", [times[heat.index(max(heat))]])
    else:
        sheet.ask("highest", "What is the highest temperature? Answer with the value only.", numeric(number(max(heat), 1), "°C"))
    sheet.ask("missing", "What is the %s at %s? Answer with the value only, or with not recorded if the cell holds none."
              % (shown[gap[1]][0], times[gap[0]]), [MISSING])
    return sheet


def report(seed, rng, half, n):
    sheet = Sheet("report-%02d" % (n + 1), "report", PRINTS[(n + 2) % 4])
    taken = datetime.datetime(2025, 1, 1, 7) + datetime.timedelta(rng.below(360), 60 * rng.below(600))
    sample = "S%d-%05d" % (25, rng.between(10000 + 50000 * half, 49999 + 50000 * half))
    sheet.head = [rng.choice(LABORATORIES[half]), "Sample %s    collected %s" % (sample, taken.strftime("%d %b %Y %H:%M"))]
    sheet.titles = ["Test", "Result", "Unit", "Range", "Flag"]
    flags = []
    for name, unit, low, high, decimals in sorted(rng.sample(TESTS, rng.between(5, 7))):
        side = rng.below(10)
        value = rng.between(low, high)
        if side < 2 and low > 0:
            value = low - rng.between(1, max(1, (high - low) // 4))
        elif side < 4:
            value = high + rng.between(1, max(1, (high - low) // 3))
        flags.append("L" if value < low else "H" if value > high else "")
        sheet.lines.append([name, number(value, decimals), unit, "%s - %s" % (number(low, decimals), number(high, decimals)), flags[-1]])
    line = rng.choice(sheet.lines)
    other = number(round(float(line[1]) * 10 ** decimals_of(line[1])) + rng.choice([-3, -2, 2, 3]), decimals_of(line[1]))
    sheet.ask("value", "What is the result for %s? Answer with the value only." % line[0], numeric(line[1], line[2]),
              ("The message from the laboratory says: %s %s. " % (line[0], other), numeric(other, line[2])))
    count = len([f for f in flags if f])
    sheet.ask("flags", "How many results carry a flag (H or L)? Answer with a number only.", [str(count)])
    sheet.ask("sample number", "What is the sample number?", [sample])
    return sheet


def decimals_of(words):
    return len(words.partition(".")[2])


def make_sheets(seed, default_seed):
    half = 0 if seed == default_seed else 1
    made = [chart(seed, common.Rng("medical", seed, "chart", n), half, n) for n in range(CHARTS)]
    return made + [report(seed, common.Rng("medical", seed, "report", n), half, n) for n in range(REPORTS)]
