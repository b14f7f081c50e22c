"""The words of a page: its text, a line for each row or block, the cells of a row parted by bars."""
from html.parser import HTMLParser

CELLS = ("td", "th")
LINES = ("address", "article", "br", "div", "footer", "h1", "h2", "h3", "header", "hr", "li", "main", "ol", "p", "section", "table", "tr", "ul")


class Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.lines, self.silent = [[""]], False

    def handle_starttag(self, tag, attributes):
        self.silent = self.silent or tag in ("head", "svg")
        if tag in CELLS or tag == "span":
            self.lines[-1].append("")
        elif tag in LINES:
            self.lines.append([""])

    def handle_endtag(self, tag):
        if tag in ("head", "svg"):
            self.silent = False
        elif tag in LINES:
            self.lines.append([""])
        elif tag == "span":
            self.lines[-1].append("")

    def handle_data(self, data):
        if not self.silent:
            self.lines[-1][-1] += data


def page_text(html):
    words = Words()
    words.feed(html)
    lines = ([" ".join(cell.split()) for cell in line] for line in words.lines)
    return "\n".join(text for text in (" | ".join(c for c in line if c) for line in lines) if text)
