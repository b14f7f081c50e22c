"""Twelve small programs with three screens each: 24 with one fault, 12 without. HTML that fits phones, tablets and desktops."""
import base64
import html
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(HERE)), "documents", "recipe")]
from recipe_common import Rng  # noqa: E402
from words import Names, catalogue, SHOPS, TRADES  # noqa: E402

e = html.escape
FAULTS = ("overlapping elements", "cut-off text", "low contrast", "broken image", "off-screen element", "misaligned element",
          "placeholder text", "duplicated element")
NONE = "none"
# name, tabs, cards and what their values are, what stands below (fields of a form, or what the rows of a list are), buttons
APPS = (
    ("Webshop", ("Orders", "Stock", "Prices"), ("Orders today:count", "Returns:percent", "Turnover:money", "Open carts:count"), "grocery",
     ("Export orders", "New product")),
    ("Mailbox", ("Inbox", "Sent", "Drafts"), ("Unread mails:count", "Flagged:count", "Storage used:percent", "Attachments:count"), "people",
     ("Write a mail", "Archive all")),
    ("Account", ("Profile", "Security", "Billing"), ("Last sign-in:time", "Open sessions:few", "Plan ends:date", "Messages:count"),
     ("Full name:person", "E-mail address:mail", "Telephone:phone"), ("Save changes", "Sign out")),
    ("Weather", ("Today", "Week", "Map"), ("Temperature:degrees", "Humidity:percent", "Wind speed:speed", "Rain today:rain"), "places",
     ("Add a place", "Refresh now")),
    ("Checkout", ("Cart", "Delivery", "Payment"), ("Items:few", "Delivery cost:money", "Discount:percent", "Amount due:money"),
     ("Street and number:street", "Town:town", "Telephone:phone"), ("Back to cart", "Place the order")),
    ("Workshop", ("Machines", "Jobs", "Parts"), ("Machines idle:few", "Jobs waiting:few", "Scrap rate:percent", "Next service:date"), "workshop",
     ("Start a job", "Order parts")),
    ("Library", ("Catalogue", "Loans", "Rooms"), ("Books on loan:few", "Reserved:few", "Overdue:few", "Fees to pay:money"), "books",
     ("Renew all loans", "Find a book")),
    ("Booking", ("Search", "Trips", "Offers"), ("Seats left:few", "Travel time:minutes", "Changes:few", "Price from:money"),
     ("Travel from:place", "Travel to:place", "Day of travel:date"), ("Clear the form", "Search trains")),
    ("Clinic desk", ("Waiting", "Rooms", "Staff"), ("Patients waiting:few", "Mean wait:minutes", "Rooms free:few", "Staff present:few"), "people",
     ("Call the next", "Print the list")),
    ("Kitchen", ("Menu", "Orders", "Tables"), ("Orders open:few", "Tables taken:few", "Mean time:minutes", "Takings:money"), "restaurant",
     ("Close the till", "Add a dish")),
    ("Meter office", ("Readings", "Bills", "Tariffs"), ("Last reading:date", "Used this year:energy", "Next bill:money", "Days to go:few"),
     ("Meter number:meter", "New reading:meter", "Date of reading:date"), ("Earlier readings", "Send the reading")),
    ("Team board", ("Tasks", "People", "Files"), ("Open tasks:count", "Due this week:few", "Done today:few", "Blocked:few"), "people",
     ("Add a task", "Filter tasks")),
)
ACCENTS = ("#24527a", "#8a3b5c", "#276749", "#7a4a12", "#4a3d8f")
THEMES = {"light": {"back": "#f3f5f8", "card": "#ffffff", "ink": "#1d2530", "soft": "#566173", "line": "#d3d9e2"},
          "dark": {"back": "#141a22", "card": "#202936", "ink": "#e6ebf2", "soft": "#a9b4c4", "line": "#364355"}}
FAINT = {"light": "#e1e5eb", "dark": "#354152"}  # ink that hardly stands out from a card
PLACEHOLDERS = ("{{ item.label }}", "undefined", "[object Object]", "%s of %d", "NaN")


class Element:
    """A named part of the screen: its kind, label, second text, and what fault is laid on it."""

    def __init__(self, kind, label, more=""):
        self.kind, self.label, self.more, self.fault = kind, label, more, None

    def name(self):
        return '%s "%s"' % (self.kind, self.label)


def mark(colour, letter):
    """A picture: a letter on a disc, as a data address."""
    svg = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="%s"/><text x="20" y="27" font-size="20" '
           'font-family="DejaVu Sans" fill="#fff" text-anchor="middle">%s</text></svg>' % (colour, letter))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def value_of(kind, rng, names):
    return {"count": lambda: "%d" % rng.between(12, 480), "few": lambda: "%d" % rng.between(2, 19), "money": lambda: "€%d.%02d" % (rng.between(4, 900), rng.below(100)),
            "percent": lambda: "%d.%d %%" % (rng.between(1, 96), rng.below(10)), "minutes": lambda: "%d min" % rng.between(3, 58),
            "time": lambda: "%02d:%02d" % (rng.between(7, 18), rng.below(60)), "date": lambda: "%d %s" % (rng.between(1, 28), rng.choice(("March", "May", "June", "July"))),
            "degrees": lambda: "%d °C" % rng.between(-8, 31), "speed": lambda: "%d km/h" % rng.between(2, 70), "rain": lambda: "%d mm" % rng.between(1, 40),
            "energy": lambda: "%d kWh" % rng.between(300, 4000), "person": names.person, "mail": lambda: names.stem().lower() + "@post.example",
            "phone": lambda: names.number("0#### 555 ###"), "street": names.street, "town": names.town, "place": names.stem, "meter": lambda: names.number("#######")}[kind]()


def rows_of(what, rng, names):
    if what == "people":
        return [(names.person(), "%02d:%02d" % (rng.between(7, 18), rng.below(60))) for _ in range(3)]
    if what == "places":
        return [(names.stem(), "%d °C" % rng.between(-8, 31)) for _ in range(3)]
    return [(n, "€%.2f" % (rng.between(low, high) / 100)) for n, low, high in rng.sample(catalogue({**SHOPS, **TRADES}[what][1]), 3)]


class Screen:
    def __init__(self, id, app, variant, theme, fault, seed, names):
        rng = Rng("ui", seed, id)
        self.id, self.app, self.theme, self.fault = id, app[0], theme, fault
        self.variant, self.accent = variant, ACCENTS[rng.below(len(ACCENTS))]
        self.profile = Element("picture", "Person", names.stem()[0])
        self.tabs = [Element("tab", t) for t in app[1]]
        self.cards = [Element("card", c, value_of(kind, rng, names)) for c, kind in (x.split(":") for x in app[2])]
        self.is_form = isinstance(app[3], tuple)
        self.below = [Element("field", f, value_of(kind, rng, names)) for f, kind in (x.split(":") for x in app[3])] if self.is_form else \
            [Element("row", n, v) for n, v in rows_of(app[3], rng, names)]
        self.buttons = [Element("button", b) for b in app[4]]
        self.elements = [self.profile] + self.tabs + self.cards + self.below + self.buttons
        self.target = self.choose(rng) if fault != NONE else None
        self.placeholder = rng.choice(PLACEHOLDERS)
        if self.target:
            self.target.fault = fault
        self.candidates = rng.shuffled(sorted(x.name() for x in ([self.target] if self.target else []) + rng.sample(
            [x for x in self.elements if x is not self.target], 7)))
        self.html = self.page()

    def choose(self, rng):
        """An element that can have the fault."""
        rows = [] if self.is_form else self.below
        pool = {"overlapping elements": self.cards[1:] + self.below[1:] + self.buttons[:1], "cut-off text": self.cards + self.buttons,
                "low contrast": self.cards + rows + self.buttons, "broken image": rows or [self.profile], "off-screen element": [x for row in (self.cards, self.below, self.buttons) for x in (row[0], row[-1])],
                "misaligned element": self.cards + self.below, "placeholder text": self.cards + rows + self.buttons,
                "duplicated element": rows + self.buttons + ([] if rows else self.below)}[self.fault]
        return rng.choice(pool)

    # ---- HTML -------------------------------------------------------------------------------------

    def tag(self, x, tag, inside, classes=""):
        """The HTML of an element: twice, if that is its fault."""
        fault = x.fault.split()[0] if x.fault else ""
        text = '<%s class="x %s %s" data-name="%s"%s>%s</%s>' % (tag, classes, fault, e(x.name()), ' data-fault="%s"' % fault if fault else "", inside, tag)
        return text + (text.replace(" data-fault=", " data-copy=") if fault == "duplicated" else "")

    def label(self, x):
        return '<span class="l">%s</span>' % e(self.placeholder if x.fault == "placeholder text" else x.label)

    def picture(self, x, letter):
        source = "data:image/png;base64,AAAA" if x.fault == "broken image" else mark(self.accent, letter)
        return '<img src="%s" width="36" height="36">' % source

    def page(self):
        look = THEMES[self.theme]
        tabs = "".join(self.tag(t, "div", self.label(t), "t" + (" on" if i == 0 else "")) for i, t in enumerate(self.tabs))
        cards = "".join(self.tag(c, "div", '%s<b>%s</b>' % (self.label(c), e(c.more)), "c") for c in self.cards)
        below = "".join(self.tag(x, "div", '%s<div class="i">%s</div>' % (self.label(x), e(x.more)), "f") if self.is_form else
                        self.tag(x, "div", '%s%s<em>%s</em>' % (self.picture(x, x.label[0]), self.label(x), e(x.more)), "r") for x in self.below)
        buttons = "".join(self.tag(b, "div", self.label(b), "b" + (" main" if i else "")) for i, b in enumerate(self.buttons))
        blocks = ['<div class="cards">%s</div>' % cards, '<div class="below">%s</div>' % below, '<div class="buttons">%s</div>' % buttons]
        blocks = [blocks, [blocks[1], blocks[0], blocks[2]], [blocks[0], blocks[2], blocks[1]]][self.variant]
        css = CSS % dict(look, accent=self.accent, faint=FAINT[self.theme])
        return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=viewport content=\"width=device-width\"><title>app</title><style>%s</style></head>"
                "<body><header><h1>%s</h1>%s</header><nav>%s</nav><main>%s</main><script>%s</script></body></html>\n"
                % (css, e(self.app), self.tag(self.profile, "div", self.picture(self.profile, self.profile.more), "p"), tabs, "".join(blocks), SCRIPT))


CSS = """*{box-sizing:border-box}html,body{margin:0;overflow:hidden}body{font:15px/1.4 'DejaVu Sans';background:%(back)s;color:%(ink)s;min-height:100vh}
header{background:%(accent)s;color:#fff;display:flex;justify-content:space-between;align-items:center;padding:8px 20px;height:56px}
h1{font-size:19px;margin:0}.p{background:#fff;border-radius:50%%;width:40px;height:40px;padding:2px}img{display:block}
nav{display:flex;gap:8px;padding:10px 20px 0}.t{padding:5px 12px;border-radius:14px;color:%(soft)s;font-size:14px}.on{background:%(card)s;color:%(ink)s;border:1px solid %(line)s}
main{padding:16px 20px;max-width:1080px;margin:0 auto}
.cards{display:grid;grid-template-columns:1fr 1fr;gap:18px;margin-bottom:22px}.c{background:%(card)s;border:1px solid %(line)s;border-radius:9px;padding:11px 14px}
.c .l{display:block;color:%(soft)s;font-size:14px;white-space:nowrap}.c b{font-size:20px}
.below{display:grid;gap:16px;margin-bottom:22px}.r{display:flex;align-items:center;gap:14px;background:%(card)s;border:1px solid %(line)s;border-radius:9px;padding:9px 14px}
.r .l{flex:1}.r em{font-style:normal;color:%(soft)s}.f .l{display:block;margin-bottom:4px}.i{background:%(card)s;border:1px solid %(line)s;border-radius:6px;padding:8px 10px}
.buttons{display:flex;flex-wrap:wrap;gap:18px;margin-bottom:22px}.b{border:1px solid %(accent)s;border-radius:7px;padding:9px 15px;background:%(card)s;font-size:14px}.main{background:%(accent)s;color:#fff}
.b .l{white-space:nowrap}
.cut-off.b .l{display:inline-block}.cut-off .l{overflow:hidden;white-space:nowrap;vertical-align:bottom}
.low .l,.low b,.low em{color:%(faint)s!important}.low.main{background:%(card)s}.low.b{border-color:%(line)s}
@media(min-width:700px){.cards{grid-template-columns:repeat(4,1fr)}.buttons{justify-content:flex-end}.f{max-width:640px}.r,.c{padding:15px 16px}main{padding:24px 28px}}
@media(min-width:1100px){.below{grid-template-columns:1fr 1fr 1fr}.f{max-width:none}.c{padding:20px 18px}}"""

# Faults that need the place of the element: over its neighbour, cut, out of the view, out of line.
SCRIPT = """
function place() {
  const x = document.querySelector('[data-fault]');
  if (!x) return;
  x.style.transform = '';
  const r = x.getBoundingClientRect();
  if (x.dataset.fault == 'overlapping') {
    const s = (x.previousElementSibling || x.nextElementSibling).getBoundingClientRect(), aside = Math.abs(s.top - r.top) < 5;
    x.style.transform = aside ? `translateX(${s.left - r.left + (s.left < r.left ? 0.55 * s.width : -0.55 * r.width)}px)` : `translateY(${s.top - r.top + 0.5 * s.height}px)`;
  }
  if (x.dataset.fault == 'off-screen') x.style.transform = `translateX(${(x.previousElementSibling ? innerWidth : 0) - r.left - 0.5 * r.width}px)`;
  if (x.dataset.fault == 'cut-off') {
    const l = x.querySelector('.l');
    l.style.width = '';
    const t = l.firstChild, letter = document.createRange();
    let k = Math.ceil(0.55 * t.length);
    while (t.data[k] == ' ' || t.data[k - 1] == ' ') k++;
    letter.setStart(t, k);
    letter.setEnd(t, k + 1);
    const s = letter.getBoundingClientRect();
    l.style.width = `${s.left + 0.5 * s.width - l.getBoundingClientRect().left}px`;
  }
  if (x.dataset.fault == 'misaligned') x.style.transform = 'translate(13px, 9px)';
}
requestAnimationFrame(place);
addEventListener('resize', place);
"""

# What the browser says of the screen: of every element its box and what is wrong with it.
PROBE = """
(() => {
  const all = [...document.querySelectorAll('.x')], box = x => { const r = x.getBoundingClientRect(); return [r.left, r.top, r.width, r.height].map(v => Math.round(v)); };
  const cross = (a, b) => Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]) > 1 && Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]) > 1;
  return all.map(x => {
    const b = box(x), l = x.querySelector('.l'), i = x.querySelector('img'), wrong = [];
    if (all.some(y => y != x && cross(b, box(y)))) wrong.push('overlapping');
    if (l && (l.scrollWidth > l.clientWidth + 1 && getComputedStyle(l).display != 'inline' || l.getBoundingClientRect().right > b[0] + b[2] + 1)) wrong.push('cut-off');
    if (i && !i.naturalWidth) wrong.push('broken');
    if (b[0] < 0 || b[0] + b[2] > innerWidth) wrong.push('off-screen');
    if (b[1] < 0 || b[1] + b[3] > innerHeight) wrong.push('too low');
    const moved = Math.hypot(b[0] - x.offsetLeft, b[1] - x.offsetTop);
    if (moved > 4 && moved < 30) wrong.push('misaligned');
    if (all.filter(y => y.dataset.name == x.dataset.name).length > 1) wrong.push('duplicated');
    const c = l ? getComputedStyle(l) : null;
    return {name: x.dataset.name, box: b, wrong, isTarget: 'fault' in x.dataset, text: x.innerText.replace(/\\s+/g, ' ').trim(), ink: c ? c.color : '',
            paper: getComputedStyle(x).backgroundColor, labelWidth: l ? l.scrollWidth : 0, labelRoom: l ? (l.clientWidth || l.scrollWidth) : 0,
            broken: !!i && !i.naturalWidth, hasPicture: !!i};
  });
})()
"""


def colour(words):
    """#rrggbb of a colour as CSS prints it; nothing for a transparent one."""
    numbers = words[words.index("(") + 1:-1].split(",") if "(" in words else []
    return "#%02x%02x%02x" % tuple(int(n) for n in numbers[:3]) if len(numbers) == 3 else ""


def contrast(ink, paper):
    """WCAG 2's ratio of two colours, #rrggbb."""
    light = []
    for c in (ink, paper):
        parts = [int(c[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        light.append(0.2126 * r + 0.7152 * g + 0.0722 * b)
    return (max(light) + 0.05) / (min(light) + 0.05)


def wrong_with(screen, x):
    """The faults that an element has, by their first words: what the browser found, its contrast and its text."""
    wrong = list(x["wrong"])
    if x["ink"] and contrast(colour(x["ink"]), colour(x["paper"]) or THEMES[screen.theme]["back"]) < 3:
        wrong.append("low")
    if any(p in x["text"] for p in PLACEHOLDERS):
        wrong.append("placeholder")
    return wrong


def twin(screen, probed, width, height):
    """What is where, and how it looks."""
    look = THEMES[screen.theme]
    lines = ["A screen of %d × %d pixels, titled %s. Its elements, with left, top, width and height:" % (width, height, screen.app)]
    for x in probed:
        line = "%s at %d, %d, %d, %d" % (x["name"].split('"')[0].strip(), *x["box"])
        if x["text"]:
            line += '; text "%s", %s on %s' % (x["text"], colour(x["ink"]), colour(x["paper"]) or look["back"])
        if x["labelRoom"] and x["labelWidth"] > x["labelRoom"] + 1:
            line += "; the label is %d pixels wide in a space of %d" % (x["labelWidth"], x["labelRoom"])
        if x["hasPicture"]:
            line += "; an icon of a torn picture" if x["broken"] else "; a letter on a coloured disc"
        lines.append(line)
    return "\n".join(lines)


def make_screens(seed, default_seed):
    """The 36 screens of a seed. No person, place or number of the default seed is in another."""
    taken = set()
    if seed != default_seed:
        compose(default_seed, "", taken)
    return compose(seed, "" if seed == default_seed else "s%d-" % seed, taken)


def compose(seed, prefix, taken):
    rng, made = Rng("ui", seed), []
    names = Names(Rng("ui", seed, "names"), taken)
    faults = rng.shuffled(FAULTS * 3)
    for number in range(36):
        kind, variant = number % 12, number // 12
        fault = NONE if variant == kind % 3 else faults.pop()
        made.append(Screen("%s%s-%d" % (prefix, APPS[kind][0].lower().replace(" ", "-"), variant + 1), APPS[kind], variant,
                           ("light", "dark")[(number + variant) % 2], fault, seed, names))
    return made


def digest_text(screen):
    """What the seed alone decides."""
    return screen.html + json.dumps([screen.fault, screen.candidates])
