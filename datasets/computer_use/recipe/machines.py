"""Twelve small programs as state machines: what a state shows, what an action changes, when the goal is reached.

A machine draws its names and numbers from a generator. play() follows its plan, refuses an action on what is not shown, and refuses a
plan whose last state does not reach the goal.
"""
import html
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(HERE)), "documents", "recipe")]
from words import SHOPS, TRADES, Names, catalogue  # noqa: E402

e = html.escape
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS = "January February March April May June".split()


# ---- What a screen holds --------------------------------------------------------------------------

def text(words):
    return ("text", words)


def field(state, label):
    return ("field", label, state.get(label, ""))


def choose(state, label, options):
    return ("select", label, state.get(label, options[0]), options)


def check(state, label):
    return ("check", label, state.get(label, False))


def button(*labels):
    return ("buttons", labels)


def table(head, rows, action=None):
    """Rows of cells; `action` names the button of every row: ACTION and the first cell."""
    return ("table", head, rows, action)


def dialog(title, words, *labels, inside=()):
    return {"title": title, "words": words, "labels": labels, "inside": list(inside)}


def screen(title, *items, error=None, dialog=None):
    return {"title": title, "items": list(items), "error": error, "dialog": dialog}


# ---- Actions --------------------------------------------------------------------------------------

def click(name):
    return ("click", name)


def enter(value, label):
    return ("type", value, label)


def select(value, label):
    return ("select", value, label)


def tick(label):
    return ("click", label)


def said(action):
    return {"click": 'click "%s"', "type": 'type "%s" into "%s"', "select": 'select "%s" in "%s"', "done": "done"}[action[0]] % action[1:]


# ---- Machines -------------------------------------------------------------------------------------

class Machine:
    """State is a dict; values of fields and lists stand under their labels, "page", "dialog" and "error" by name."""

    def __init__(self, rng, taken):
        self.rng, self.names, self.state = rng, Names(rng, taken), {"page": "start"}
        self.user = self.names.person()         # on every screen, so that no two seeds share one
        self.setup()

    def go(self, page):
        self.state.update(page=page)

    def ask(self, name):
        self.state["dialog"] = name


class Shop(Machine):
    name = "order"

    def setup(self):
        self.items = self.rng.sample(catalogue(SHOPS["grocery"][1]), 5)
        self.want, self.n, self.company = self.rng.choice(self.items)[0], self.rng.between(2, 9), self.names.company("Grocers")
        self.goal = "Order %d of %s and confirm the order." % (self.n, self.want)

    def view(self, s):
        if s["page"] == "start":
            return screen(self.company, table(("Article", "Price"), [(n, "%.2f" % (p / 100)) for n, p, _ in self.items], "Open"), button("Cart", "Help"))
        if s["page"] == "article":
            return screen(s["article"], text("In stock, delivered tomorrow."), field(s, "Quantity"), button("Add to cart", "Back"), error=s.get("error"))
        if s["page"] == "cart":
            return screen("Cart", table(("Article", "Quantity"), [(s["article"], s["Quantity"])]), button("Check out", "Continue shopping"),
                          dialog=dialog("Confirm the order", "%s of %s will be sent to you." % (s["Quantity"], s["article"]), "Cancel", "Confirm") if s.get("dialog") else None)
        return screen("Thank you", text("Your order has been placed."), button("Home"))

    def click(self, s, name):
        if name.startswith("Open "):
            s.update(page="article", article=name[5:])
        elif name == "Add to cart" and not s.get("Quantity"):
            s["error"] = "Please enter a quantity."
        elif name == "Add to cart":
            self.go("cart")
        elif name == "Check out":
            self.ask("confirm")
        elif name == "Confirm":
            self.go("placed")

    def plan(self):
        return [click("Open " + self.want), enter(str(self.n), "Quantity"), click("Add to cart"), click("Check out"), click("Confirm")]

    def reached(self, s):
        return s["page"] == "placed" and (s["article"], s["Quantity"]) == (self.want, str(self.n))


class Preferences(Machine):
    name = "preferences"

    def setup(self):
        self.zone = self.rng.choice(("Lisbon", "Oslo", "Athens", "Dublin"))
        self.goal = "In the notification settings, turn off e-mail notices, set the time zone to %s, and save." % self.zone
        self.state.update({"E-mail notices": True, "Sound": self.rng.chance(50)})

    def view(self, s):
        if s["page"] == "start":
            return screen("Home", text("Welcome back."), button("Profile", "Settings", "Log out"))
        if s["page"] == "settings":
            return screen("Settings", button("Account", "Notifications", "Privacy"), text("Choose a section."))
        return screen("Notifications", check(s, "E-mail notices"), check(s, "Sound"), choose(s, "Time zone", ("Berlin", "Lisbon", "Oslo", "Athens", "Dublin")),
                      button("Cancel", "Save"), *([text("Settings saved.")] if s.get("saved") else []),
                      dialog=dialog("Save changes?", "Notices and the time zone will change.", "No", "Yes") if s.get("dialog") else None)

    def click(self, s, name):
        if name == "Settings":
            self.go("settings")
        elif name == "Notifications":
            self.go("notifications")
        elif name == "Save":
            self.ask("save")
        elif name == "Yes":
            s["saved"] = True

    def plan(self):
        return [click("Settings"), click("Notifications"), tick("E-mail notices"), select(self.zone, "Time zone"), click("Save"), click("Yes")]

    def reached(self, s):
        return s.get("saved") and not s["E-mail notices"] and s["Time zone"] == self.zone


class Contact(Machine):
    name = "new contact"

    def setup(self):
        self.person, self.phone = self.names.person(), self.names.number("0#### 555 ###")
        self.mail = self.person.split()[0].lower() + "@" + self.names.stem().lower() + ".example"
        self.others = [(self.names.person(), self.names.number("0#### 555 ###")) for _ in range(3)]
        self.goal = "Add a contact named %s with the phone number %s. Leave the e-mail address empty unless the program says that it is required; then it is %s." % (self.person, self.phone, self.mail)

    def view(self, s):
        if s["page"] == "start":
            rows = self.others + ([(s["Name"], s["Phone"])] if s.get("saved") else [])
            return screen("Contacts", table(("Name", "Phone"), rows), button("New contact", "Import"))
        return screen("New contact", field(s, "Name"), field(s, "Phone"), field(s, "E-mail"), button("Cancel", "Save"), error=s.get("error"))

    def click(self, s, name):
        if name == "New contact":
            self.go("new")
        elif name == "Save" and not s.get("E-mail"):
            s["error"] = "An e-mail address is required."
        elif name == "Save":
            s.update(page="start", saved=True)

    def plan(self):
        return [click("New contact"), enter(self.person, "Name"), enter(self.phone, "Phone"), click("Save"), enter(self.mail, "E-mail"), click("Save")]

    def reached(self, s):
        return s.get("saved") and (s["Name"], s["Phone"], s["E-mail"]) == (self.person, self.phone, self.mail)


class Rename(Machine):
    name = "rename file"

    def setup(self):
        self.files = [self.names.stem().lower() + end for end in (".txt", ".csv", ".pdf", ".png")]
        self.owner = self.names.person()
        self.old, self.new = self.rng.choice(self.files), self.names.stem().lower() + "-final"
        self.new += self.old[-4:]
        self.goal = "Rename the file %s to %s. Unlock it only if the program says that it is locked." % (self.old, self.new)

    def view(self, s):
        names = [s.get("New name", "") if s.get("renamed") and f == self.old else f for f in self.files]
        box = None
        if s.get("dialog") == "rename":
            box = dialog("Rename " + self.old, "Enter the new name.", "Cancel", "Rename", inside=[field(s, "New name")])
        if s["page"] == "start":
            return screen("Files", table(("File", "Changed"), [(f, DAYS[i]) for i, f in enumerate(names)], "Open"), button("Upload"))
        return screen(s["file"], text("The file is unlocked." if s.get("unlocked") else "Owner: " + self.owner), button("Back", "Rename file", "Unlock", "Delete"),
                      *([text("Renamed to %s." % s["New name"])] if s.get("renamed") else []), error=s.get("error"), dialog=box)

    def click(self, s, name):
        if name.startswith("Open "):
            s.update(page="file", file=name[5:])
        elif name == "Rename file" and not s.get("unlocked"):
            s["error"] = "The file is locked."
        elif name == "Rename file":
            self.ask("rename")
        elif name == "Unlock":
            s["unlocked"] = True
        elif name == "Rename":
            s["renamed"] = True

    def plan(self):
        return [click("Open " + self.old), click("Rename file"), click("Unlock"), click("Rename file"), enter(self.new, "New name"), click("Rename")]

    def reached(self, s):
        return s.get("renamed") and s["file"] == self.old and s["New name"] == self.new


class Reply(Machine):
    name = "reply"

    def setup(self):
        self.mails = [(self.names.person(), topic) for topic in self.rng.sample(("Minutes", "Invoice", "Lunch", "Site visit", "Spare parts"), 4)]
        self.who, self.topic = self.rng.choice(self.mails)
        self.day = self.rng.choice(DAYS)
        self.goal = 'Answer the mail from %s with the text "%s suits me" and send it without an attachment.' % (self.who, self.day)

    def view(self, s):
        if s["page"] == "start":
            return screen("Inbox", table(("From", "Subject"), self.mails, "Read"), button("New mail", "Refresh"))
        if s["page"] == "mail":
            return screen(self.topic, text("From %s: Which day suits you? The plan is attached." % s["from"]), button("Back", "Reply", "Forward"))
        if s["page"] == "reply":
            return screen("Reply to " + s["from"], field(s, "Text"), button("Discard", "Send"), dialog=dialog(
                "No attachment", "The mail has no attachment. Send it all the same?", "Add a file", "Send anyway") if s.get("dialog") else None)
        return screen("Inbox", text("Your mail was sent."), button("New mail", "Refresh"))

    def click(self, s, name):
        if name.startswith("Read "):
            s.update({"page": "mail", "from": name[5:]})
        elif name == "Reply":
            self.go("reply")
        elif name == "Send":
            self.ask("attachment")
        elif name == "Send anyway":
            self.go("sent")

    def plan(self):
        return [click("Read " + self.who), click("Reply"), enter(self.day + " suits me", "Text"), click("Send"), click("Send anyway")]

    def reached(self, s):
        return s["page"] == "sent" and s["from"] == self.who and s["Text"] == self.day + " suits me"


class Appointment(Machine):
    name = "appointment"
    times = ("09:00", "10:00", "11:00", "14:00", "15:00")

    def setup(self):
        self.day, (self.first, self.second) = self.rng.choice(DAYS[1:]), self.rng.sample(self.times[1:], 2)
        self.title = self.rng.choice(("Review", "Interview", "Rehearsal", "Site visit")) + " " + self.names.stem()
        self.goal = "Enter an appointment \"%s\" on %s at %s. If that time is taken, take %s." % (self.title, self.day, self.first, self.second)

    def view(self, s):
        if s["page"] == "start":
            rows = [(d, s["Title"] if s.get("saved") and d == s["Day"] else "free" if d != DAYS[0] else "Holiday") for d in DAYS]
            return screen("Calendar", table(("Day", "Entries"), rows), button("Today", "New appointment"))
        return screen("New appointment", field(s, "Title"), choose(s, "Day", DAYS), choose(s, "Time", self.times), button("Cancel", "Save"), error=s.get("error"))

    def click(self, s, name):
        if name == "New appointment":
            self.go("new")
        elif name == "Save" and s["Time"] == self.first:
            s["error"] = "%s is taken on %s." % (self.first, s["Day"])
        elif name == "Save":
            s.update(page="start", saved=True)

    def plan(self):
        return [click("New appointment"), enter(self.title, "Title"), select(self.day, "Day"), select(self.first, "Time"), click("Save"),
                select(self.second, "Time"), click("Save")]

    def reached(self, s):
        return s.get("saved") and (s["Title"], s["Day"], s["Time"]) == (self.title, self.day, self.second)


class Train(Machine):
    name = "train ticket"

    def setup(self):
        self.start, self.end = self.names.stem(), self.names.stem()
        hours = sorted(self.rng.sample(range(6, 22), 4))
        prices = self.rng.sample(range(1900, 9900, 100), 4)
        self.trains = [("%02d:%02d" % (h, self.rng.below(12) * 5), p) for h, p in zip(hours, prices)]
        self.best = min(self.trains, key=lambda t: t[1])[0]
        self.goal = "Book the cheapest train from %s to %s." % (self.start, self.end)

    def view(self, s):
        if s["page"] == "start":
            return screen("Tickets", field(s, "From"), field(s, "To"), button("My tickets", "Search"))
        if s["page"] == "list":
            return screen("%s to %s" % (s["From"], s["To"]), table(("Departure", "Price"), [(t, "%.2f" % (p / 100)) for t, p in self.trains], "Choose"), button("Back"))
        if s["page"] == "offer":
            return screen("Train at %s" % s["train"], text("Second class, one adult."), button("Back", "Pay"), dialog=dialog(
                "Pay now?", "The ticket cannot be returned.", "No", "Yes") if s.get("dialog") else None)
        return screen("Ticket", text("Booked: train at %s." % s["train"]), button("Print"))

    def click(self, s, name):
        if name == "Search":
            self.go("list")
        elif name.startswith("Choose "):
            s.update(page="offer", train=name[7:])
        elif name == "Pay":
            self.ask("pay")
        elif name == "Yes":
            self.go("booked")

    def plan(self):
        return [enter(self.start, "From"), enter(self.end, "To"), click("Search"), click("Choose " + self.best), click("Pay"), click("Yes")]

    def reached(self, s):
        return s["page"] == "booked" and s["train"] == self.best


class Stock(Machine):
    name = "stock"

    def setup(self):
        self.parts = [n for n, _, _ in self.rng.sample(catalogue(TRADES["workshop"][1]), 5)]
        self.part, self.n, self.bin = self.rng.choice(self.parts), self.rng.between(20, 400), self.names.number("B-###")
        self.counts = [self.rng.between(1, 19) for _ in self.parts]
        self.goal = "Set the stock of %s to %d and its bin to %s." % (self.part, self.n, self.bin)

    def view(self, s):
        if s["page"] == "start":
            rows = [(p, s["Stock"] if s.get("saved") and p == s["part"] else str(c)) for p, c in zip(self.parts, self.counts)]
            return screen("Warehouse", table(("Part", "Stock"), rows, "Edit"), button("Add part", "Count all"))
        return screen("Edit " + s["part"], field(s, "Stock"), field(s, "Bin"), button("Cancel", "Save"), dialog=dialog(
            "Large change", "The stock rises to %s. Is that right?" % s.get("Stock"), "Correct it", "It is right") if s.get("dialog") else None)

    def click(self, s, name):
        if name.startswith("Edit "):
            s.update(page="edit", part=name[5:])
        elif name == "Save":
            self.ask("large")
        elif name == "It is right":
            s.update(page="start", saved=True)

    def plan(self):
        return [click("Edit " + self.part), enter(str(self.n), "Stock"), enter(self.bin, "Bin"), click("Save"), click("It is right")]

    def reached(self, s):
        return s.get("saved") and (s["part"], s["Stock"], s["Bin"]) == (self.part, str(self.n), self.bin)


class Role(Machine):
    name = "user role"
    roles = ("Viewer", "Editor", "Owner")

    def setup(self):
        self.people = [self.names.person() for _ in range(4)]
        self.who, self.code = self.rng.choice(self.people), self.names.number("####")
        self.goal = "Make %s an editor. The administrator's code is %s." % (self.who, self.code)

    def view(self, s):
        if s["page"] == "start":
            return screen("Users", table(("User", "Role"), [(p, "Editor" if s.get("saved") and p == s["user"] else "Viewer") for p in self.people], "Manage"), button("Invite"))
        box = dialog("Confirm", "Enter the administrator's code.", "Cancel", "Confirm", inside=[field(s, "Code")]) if s.get("dialog") else None
        return screen(s["user"], choose(s, "Role", self.roles), button("Remove user", "Apply"), dialog=box)

    def click(self, s, name):
        if name.startswith("Manage "):
            s.update(page="user", user=name[7:])
        elif name == "Apply":
            self.ask("code")
        elif name == "Confirm":
            s.update(page="start", saved=True)

    def plan(self):
        return [click("Manage " + self.who), select("Editor", "Role"), click("Apply"), enter(self.code, "Code"), click("Confirm")]

    def reached(self, s):
        return s.get("saved") and (s["user"], s["Role"], s["Code"]) == (self.who, "Editor", self.code)


class Export(Machine):
    name = "export"

    def setup(self):
        self.month, self.form = self.rng.choice(MONTHS[1:]), self.rng.choice(("CSV", "XLSX"))
        self.name_of_file = "%s-%s" % (self.month.lower(), self.names.stem().lower())
        self.goal = "Export the report of %s as %s under the name %s." % (self.month, self.form, self.name_of_file)

    def view(self, s):
        if s["page"] == "start":
            return screen("Overview", text("Turnover, costs and orders of the year."), button("Orders", "Reports", "Customers"))
        if s["page"] == "reports":
            return screen("Reports", choose(s, "Month", MONTHS), choose(s, "Format", ("PDF", "CSV", "XLSX")), field(s, "File name"), button("Preview", "Export"), error=s.get("error"))
        return screen("Reports", text("%s.%s was written." % (s["File name"], s["Format"].lower())), button("Reports"))

    def click(self, s, name):
        if name == "Reports":
            self.go("reports")
        elif name == "Export" and not s.get("File name"):
            s["error"] = "A file name is missing."
        elif name == "Export":
            self.go("written")

    def plan(self):
        return [click("Reports"), select(self.month, "Month"), select(self.form, "Format"), enter(self.name_of_file, "File name"), click("Export")]

    def reached(self, s):
        return s["page"] == "written" and (s["Month"], s["Format"], s["File name"]) == (self.month, self.form, self.name_of_file)


class Approve(Machine):
    name = "approve invoice"

    def setup(self):
        self.bills = [(self.names.number("INV-####"), self.names.company("Systems"), self.rng.between(100, 999)) for _ in range(4)]
        self.bill = self.rng.choice(self.bills)
        self.centre = self.names.number("K-###")
        self.goal = "Approve the open invoice of %s. Leave the cost centre empty unless the program says that it is missing; then it is %s." % (self.bill[1], self.centre)

    def view(self, s):
        if s["page"] == "start":
            return screen("Finance", text("4 open invoices."), button("Open invoices", "Paid invoices"))
        if s["page"] == "list":
            return screen("Open invoices", table(("Invoice", "Company", "Amount"), [(i, c, "%d.00" % a) for i, c, a in self.bills], "View"), button("Back"))
        if s["page"] == "bill":
            return screen(s["bill"], field(s, "Cost centre"), button("Reject", "Approve"), error=s.get("error"), dialog=dialog(
                "Approve?", "%s will be paid." % s["bill"], "No", "Yes") if s.get("dialog") else None)
        return screen("Finance", text("%s was approved." % s["bill"]), button("Open invoices", "Paid invoices"))

    def click(self, s, name):
        if name == "Open invoices":
            self.go("list")
        elif name.startswith("View "):
            s.update(page="bill", bill=name[5:])
        elif name == "Approve" and not s.get("Cost centre"):
            s["error"] = "The cost centre is missing."
        elif name == "Approve":
            self.ask("approve")
        elif name == "Yes":
            self.go("approved")

    def plan(self):
        return [click("Open invoices"), click("View " + self.bill[0]), click("Approve"), enter(self.centre, "Cost centre"), click("Approve"), click("Yes")]

    def reached(self, s):
        return s["page"] == "approved" and (s["bill"], s["Cost centre"]) == (self.bill[0], self.centre)


class Meter(Machine):
    name = "meter reading"

    def setup(self):
        self.number, self.last = self.names.number("7######"), self.rng.between(40000, 60000)
        self.value = self.last + self.rng.between(200, 3000)
        self.goal = "Report the reading %d of meter %s. Enter it as it is; only if the program asks for a decimal, add .0 to it." % (self.value, self.number)

    def view(self, s):
        if s["page"] == "start":
            return screen("Energy", field(s, "Meter number"), button("Prices", "Next"))
        if s["page"] == "reading":
            return screen("Meter " + s["Meter number"], text("Last reading: %d.0" % self.last), field(s, "Reading"), button("Back", "Submit"), error=s.get("error"))
        return screen("Energy", text("Thank you. Reading %s was received." % s["Reading"]), button("Home"))

    def click(self, s, name):
        if name == "Next":
            self.go("reading")
        elif name == "Submit" and "." not in s["Reading"]:
            s["error"] = "Please enter one decimal."
        elif name == "Submit":
            self.go("received")

    def plan(self):
        return [enter(self.number, "Meter number"), click("Next"), enter(str(self.value), "Reading"), click("Submit"),
                enter("%d.0" % self.value, "Reading"), click("Submit")]

    def reached(self, s):
        return s["page"] == "received" and (s["Meter number"], s["Reading"]) == (self.number, "%d.0" % self.value)


MACHINES = (Shop, Preferences, Contact, Rename, Reply, Appointment, Train, Stock, Role, Export, Approve, Meter)


def targets(shown):
    """What can be clicked, typed into and chosen from; behind a dialog nothing can."""
    found = {"click": set(), "type": set(), "select": {}}
    items = shown["items"] if not shown["dialog"] else shown["dialog"]["inside"] + [button(*shown["dialog"]["labels"])]
    for item in items:
        if item[0] == "buttons":
            found["click"].update(item[1])
        elif item[0] == "table" and item[3]:
            found["click"].update("%s %s" % (item[3], row[0]) for row in item[2])
        elif item[0] == "field":
            found["type"].add(item[1])
        elif item[0] == "check":
            found["click"].add(item[1])
        elif item[0] == "select":
            found["select"][item[1]] = item[3]
    return found


def act(machine, shown, action):
    state, found = machine.state, targets(shown)
    if action[0] == "click":
        if action[1] not in found["click"]:
            raise ValueError("%s: %s is not shown" % (machine.name, said(action)))
        state.pop("error", None)
        state.pop("dialog", None)
        if any(item[0] == "check" and item[1] == action[1] for item in shown["items"]):
            state[action[1]] = not state.get(action[1], False)
        else:
            machine.click(state, action[1])
    else:
        if action[2] not in found[action[0]] or (action[0] == "select" and action[1] not in found["select"][action[2]]):
            raise ValueError("%s: %s is not shown" % (machine.name, said(action)))
        state[action[2]] = action[1]


def play(machine):
    """(what is shown, the right action, the state) of every step; the last action is done."""
    steps = []
    for action in machine.plan():
        shown = machine.view(machine.state)
        steps.append((shown, action, json.loads(json.dumps(machine.state))))
        if machine.reached(machine.state):
            raise ValueError(machine.name + ": the goal is reached too early")
        act(machine, shown, action)
    if not machine.reached(machine.state):
        raise ValueError(machine.name + ": the goal is not reached")
    return steps + [(machine.view(machine.state), ("done",), machine.state)]


# ---- Rendering ------------------------------------------------------------------------------------

CSS = """*{box-sizing:border-box}body{margin:0;font:15px/1.4 'DejaVu Sans';background:#f2f4f7;color:#1d2530}
header{background:%s;color:#fff;padding:12px 20px;font-weight:bold;font-size:18px;display:flex;justify-content:space-between;align-items:center}header i{font:13px 'DejaVu Sans'}main{padding:18px 20px;max-width:760px}
table{border-collapse:collapse;background:#fff;width:100%%;margin:8px 0 14px}td,th{border-bottom:1px solid #d7dce3;padding:7px 10px;text-align:left}
button,.b{font:14px 'DejaVu Sans';background:#fff;border:1px solid #8a94a3;border-radius:6px;padding:7px 14px;margin:4px 8px 4px 0;color:#1d2530}
label{display:block;margin:8px 0 3px}input[type=text],.s{font:15px 'DejaVu Sans';width:100%%;max-width:420px;padding:7px 9px;border:1px solid #8a94a3;border-radius:5px;background:#fff}
.s{position:relative;color:#1d2530}.s:after{content:'\\25be';position:absolute;right:10px}.e{background:#fde7e7;border:1px solid #c0392b;color:#8c1d12;padding:9px 12px;margin-bottom:12px;border-radius:6px}
.k{display:flex;align-items:center;margin:9px 0}.k span{width:18px;height:18px;border:1px solid #5a6472;border-radius:3px;margin-right:10px;background:#fff;text-align:center;font:bold 14px/17px 'DejaVu Sans'}
.v{position:fixed;inset:0;background:rgba(20,28,40,.55);display:flex;align-items:center;justify-content:center}.d{background:#fff;border-radius:8px;padding:18px 22px;width:min(400px,88vw)}
.d h2{font-size:17px;margin:0 0 8px}td:last-child button{float:right;margin:0}"""
ACCENTS = ("#24527a", "#5b3a7d", "#276749", "#8a4b14")


def item_html(item):
    kind = item[0]
    if kind == "text":
        return "<p>%s</p>" % e(item[1])
    if kind == "field":
        return "<label>%s</label><input type=text value=\"%s\">" % (e(item[1]), e(item[2]))
    if kind == "select":
        return "<label>%s</label><div class=s>%s</div>" % (e(item[1]), e(item[2]))
    if kind == "check":
        return "<div class=k><span>%s</span>%s</div>" % ("✓" if item[2] else "", e(item[1]))
    if kind == "buttons":
        return "<div>%s</div>" % "".join("<button>%s</button>" % e(b) for b in item[1])
    head = "".join("<th>%s</th>" % e(h) for h in item[1]) + ("<th></th>" if item[3] else "")
    rows = "".join("<tr>%s%s</tr>" % ("".join("<td>%s</td>" % e(c) for c in row), "<td><button>%s</button></td>" % e(item[3]) if item[3] else "")
                   for row in item[2])
    return "<table><tr>%s</tr>%s</table>" % (head, rows)


def page(shown, user, accent):
    box = shown["dialog"]
    over = "" if not box else "<div class=v><div class=d><h2>%s</h2><p>%s</p>%s%s</div></div>" % (
        e(box["title"]), e(box["words"]), "".join(map(item_html, box["inside"])), item_html(button(*box["labels"])))
    return ("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=viewport content=\"width=device-width\"><title>app</title><style>%s</style></head>"
            "<body><header>%s<i>%s</i></header><main>%s%s</main>%s</body></html>\n"
            % (CSS % accent, e(shown["title"]), e(user), "<div class=e>%s</div>" % e(shown["error"]) if shown["error"] else "",
               "".join(map(item_html, shown["items"])), over))


def item_text(item):
    kind = item[0]
    if kind == "text":
        return [item[1]]
    if kind == "field":
        return ['Field "%s": %s' % (item[1], '"%s"' % item[2] if item[2] else "empty")]
    if kind == "select":
        return ['List "%s": "%s" is chosen' % item[1:3]]
    if kind == "check":
        return ['Box "%s": %s' % (item[1], "ticked" if item[2] else "not ticked")]
    if kind == "buttons":
        return ["Buttons: " + ", ".join('"%s"' % b for b in item[1])]
    lines = [" | ".join(item[1])]
    return lines + [" | ".join(row) + (' | button "%s"' % item[3] if item[3] else "") for row in item[2]]


def page_text(shown, user):
    lines = ["Page: %s. Signed in: %s" % (shown["title"], user)]
    if shown["error"]:
        lines.append("Error: " + shown["error"])
    for item in shown["items"]:
        lines += item_text(item)
    box = shown["dialog"]
    if box:
        lines += ["A dialog lies over it: %s. %s" % (box["title"], box["words"])]
        for item in box["inside"] + [button(*box["labels"])]:
            lines += item_text(item)
    return "\n".join(lines)
