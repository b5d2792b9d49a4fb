"""Blocks: what a document's lines are (headings, list items, paragraphs, what is no running text), and the mask.

The mask is the text with marks blanked, character for character, so that an offset in one is an offset in the other.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

from graph.extraction.model import Block, BlockKind
from graph.reading import Document, front_matter_end

_DATA = tomllib.loads((Path(__file__).parent / "lexicon" / "blocks.toml").read_text("utf-8"))
_BOILERPLATE = re.compile("|".join(_DATA["boilerplate"]), re.IGNORECASE)
_TEASER = re.compile("|".join(_DATA["teasers"]), re.IGNORECASE)
_NO_LABEL = re.compile(_DATA["no_label"], re.IGNORECASE)

_LINE = re.compile(r"[^\r\n\f]*(?:\r\n|[\r\n\f]|$)")
_RULE = re.compile(r"[ \t]{0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*$")
_UNDERLINE = re.compile(r"[ \t]{0,3}(=+|-{2,})[ \t]*$")
_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+")
_ITEM = re.compile(r"([ \t]*)(?:[-*+•‣▪●–·]|\d{1,2}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_NUMBERING = re.compile(r"[*_ ]*\d{1,2}[.)][ \t]+")
_QUOTE = re.compile(r"[ \t]{0,3}>[ \t]?")
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)(?:(?!\1).){1,160}(?<=\S)\1[ \t]*:?$")
_EMPHASIS_LABEL = re.compile(r"(\*\*|__|\*|_)(?=[^\s*_])((?:(?!\1)[^\n]){1,80}?)([.:])?\1[ \t]*(:)?(?=\s|$)")
_PLAIN_LABEL = re.compile(r"([^\W_][^:\n.;!?]{0,58}[^\s:.;!?]|[^\W_]):(?=\s)")
_MARKS = re.compile(
    r"!?\[(?P<text>[^\[\]\n]{0,500})\](?P<target>\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,100}\])"
    r"|(?P<mark>\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=[\w.,;:!?])_{1,3}(?!\w)|`+|~~)"
    r"|(?P<tag></?[a-zA-Z][^<>\n]{0,200}>|<!--.{0,500}?-->)"
)


def blocks(document: Document) -> list[Block]:
    """The blocks of a document in the order of the text, with labels, parents and repeats."""
    start = front_matter_end(document.text)
    found = [Block("front-matter", 0, start)] if start else []
    if document.media_type in {"text/plain", "application/pdf"}:
        found += _plain(document.text, start)
    else:
        found += _markdown(document.text, start)
    found = [_classified(document.text, b) for b in found if b.end > b.start]
    return _with_repeats(document.text, _with_parents(document.text, found))


def mask(document: Document, blocks: list[Block]) -> str:
    """The text with front matter, marks, bullets, link targets and tags as spaces; same length, same line breaks."""
    text = document.text
    out: list[str] = []
    last = 0
    for block in blocks:
        out.append(_blank(text[last : block.start]))
        body = text[block.start : block.end]
        if block.kind == "front-matter":
            body = _blank(body)
        elif document.media_type not in {"text/plain", "application/pdf"}:
            body = _MARKS.sub(_unmarked, body)
            body = re.sub(r"(?m)^[ \t]{0,3}>", lambda m: " " * len(m[0]), body)
        if block.kind == "heading":
            body = _NUMBERING.sub(lambda m: " " * len(m[0]), body)
        out.append(body)
        last = block.end
    out.append(_blank(text[last:]))
    return "".join(out)


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _unmarked(match: re.Match[str]) -> str:
    if match["target"] is None:
        return " " * len(match[0])
    lead = len(match[0]) - len(match["text"]) - len(match["target"]) - 1
    return " " * lead + match["text"] + " " * (len(match["target"]) + 1)


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    """Start and end (without the line break and trailing blanks) of every line."""
    spans = []
    for match in _LINE.finditer(text, start):
        line = match[0].rstrip()
        spans.append((match.start(), match.start() + len(line)))
    return spans


def _markdown(text: str, start: int) -> list[Block]:
    """Headings, list items, table rows and paragraphs; lines that continue an item or a paragraph belong to it."""
    found: list[Block] = []
    open_block = False
    fence = False
    for a, b in _lines(text, start):
        line = text[a:b]
        if line.lstrip().startswith(("```", "~~~")):
            fence, open_block = not fence, False
        elif fence or not line.strip():
            open_block = False
        elif _UNDERLINE.match(line) and open_block and found[-1].kind == "paragraph":
            found[-1] = replace(found[-1], kind="heading", level=1 if "=" in line else 2)
            open_block = False
        elif _RULE.match(line) or _is_table_rule(line):
            open_block = False
        elif m := _HEADING.match(line):
            found.append(Block("heading", a + m.end(), b, level=len(m[1])))
            open_block = False
        elif m := _ITEM.match(line):
            found.append(Block("list-item", a + m.end(), b, level=len(m[1].expandtabs(4)) + 1))
            open_block = True
        elif line.lstrip().startswith("|"):
            found.append(Block("table-row", a + len(line) - len(line.lstrip()), b))
            open_block = False
        elif open_block:
            found[-1] = replace(found[-1], end=b)
        else:
            m = _QUOTE.match(line)
            indent = m.end() if m else len(line) - len(line.lstrip())
            found.append(Block("paragraph", a + indent, b, level=len(line[:indent].expandtabs(4)) if not m else 0))
            open_block = True
    return [_bold_heading(text, b) for b in found]


def _is_table_rule(line: str) -> bool:
    """Whether a line is the `| --- | --- |` under a table's head."""
    return "|" in line and "-" in line and not line.strip(" \t:|-")


def _bold_heading(text: str, block: Block) -> Block:
    """A paragraph that is one bold line is a heading below all others."""
    if block.kind == "paragraph" and _BOLD_LINE.match(text[block.start : block.end]):
        return replace(block, kind="heading", level=7)
    return block if block.kind != "paragraph" else replace(block, level=block.level if block.level >= 2 else 0)


def _plain(text: str, start: int) -> list[Block]:
    """Paragraphs of plain text: each line, unless the lines between two blanks are one hard-wrapped paragraph."""
    found: list[Block] = []
    group: list[tuple[int, int]] = []
    for a, b in [*_lines(text, start), (len(text), len(text))]:
        indent = len(text[a:b]) - len(text[a:b].lstrip())
        if a + indent < b:
            group.append((a + indent, b))
            continue
        found += _plain_group(text, group)
        group = []
    return found


def _plain_group(text: str, lines: list[tuple[int, int]]) -> list[Block]:
    found: list[Block] = []
    lengths = [b - a for a, b in lines]
    wrapped = len(lines) > 1 and max(lengths) <= 120 and min(lengths[:-1]) >= 0.6 * max(lengths) >= 30
    for number, (a, b) in enumerate(lines):
        line = text[a:b]
        if m := _ITEM.match(line):
            found.append(Block("list-item", a + m.end(), b, level=1))
        elif found and number and (wrapped or _continues(text, lines[number - 1], line)):
            found[-1] = replace(found[-1], end=b)
        elif len(lines) == 1 and _is_headline(line):
            found.append(Block("heading", a, b, level=2))
        else:
            found.append(Block("paragraph", a, b))
    return found


def _continues(text: str, before: tuple[int, int], line: str) -> bool:
    """Whether a line goes on where the one before it broke off."""
    return line[:1].islower() and text[before[1] - 1] not in '.!?:;"”’' and before[1] - before[0] > 40


def _is_headline(line: str) -> bool:
    words = line.split()
    return 2 <= len(words) <= 16 and line[0].isupper() and line[-1] not in '.,;!"”' and len(line) <= 120


def _classified(text: str, block: Block) -> Block:
    """The block with what it is by its words: boilerplate, teaser, or itself with its label."""
    if block.kind in {"front-matter", "table-row"}:
        return block
    body = text[block.start : min(block.end, block.start + 400)]
    bare = re.sub(r"[*_`]{1,3}|\[|\]\([^)\n]*\)", "", body).strip()
    kind: BlockKind = block.kind
    if block.end - block.start <= 400 and _BOILERPLATE.match(bare):
        kind = "boilerplate"
    elif block.end - block.start <= 400 and _TEASER.match(bare):
        kind = "teaser"
    return replace(block, kind=kind, label=_label(body, block))


def _label(body: str, block: Block) -> tuple[int, int] | None:
    """The span of a leading `**Label**:`, `*Label.*` or, in a list, `Label:`."""
    if block.kind not in {"list-item", "paragraph"}:
        return None
    if (m := _EMPHASIS_LABEL.match(body)) and (m[3] or m[4]) and len(m[2].split()) <= 8:
        return block.start + m.start(2), block.start + m.end(2)
    m = _PLAIN_LABEL.match(body) if block.kind == "list-item" else None
    if m and len(m[1].split()) <= 6 and not _NO_LABEL.match(m[1]) and "*" not in m[1]:
        return block.start + m.start(1), block.start + m.end(1)
    return None


def _with_parents(text: str, found: list[Block]) -> list[Block]:
    """Each block under the heading, the list item or the introducing paragraph that it belongs to."""
    out: list[Block] = []
    headings: list[int] = []
    items: list[int] = []
    intro: int | None = None
    for index, block in enumerate(found):
        parent = headings[-1] if headings else None
        if block.kind == "heading":
            while headings and out[headings[-1]].level >= block.level:
                headings.pop()
            parent = headings[-1] if headings else None
            headings.append(index)
            items, intro = [], None
        elif block.kind == "list-item":
            while items and out[items[-1]].level >= block.level:
                items.pop()
            parent = items[-1] if items else intro if intro is not None else parent
            items.append(index)
        elif block.kind == "paragraph" and items and block.level >= 2:
            parent = items[0]
        elif block.kind in {"paragraph", "table-row"}:
            items = []
            if block.kind == "paragraph":
                intro = index if _introduces(text, block) else None
            else:
                parent = intro if intro is not None else parent
        out.append(replace(block, parent=parent, level=0 if block.kind == "paragraph" else block.level))
    return _levels(out)


def _introduces(text: str, block: Block) -> bool:
    """Whether a paragraph leads to the list after it: it ends in a colon, or is nothing but a label."""
    tail = text[max(block.start, block.end - 3) : block.end].rstrip("*_ ")
    heads = (
        block.end - block.start <= 60
        and tail[-1:] not in {".", "!", "?", '"', "”"}
        and "\n" not in text[block.start : block.end]
    )
    return heads or tail.endswith(":") or (block.label is not None and block.end - block.label[1] <= 3)


def _levels(found: list[Block]) -> list[Block]:
    """List items' levels as depth (1, 2, …) instead of columns."""
    out: list[Block] = []
    for block in found:
        level = block.level
        if block.kind == "list-item":
            above = out[block.parent] if block.parent is not None else None
            level = above.level + 1 if above is not None and above.kind == "list-item" else 1
        out.append(replace(block, level=level))
    return out


def _with_repeats(text: str, found: list[Block]) -> list[Block]:
    """Blocks that say again what an earlier one says; a list item counts as equal only under an equal parent."""
    seen: dict[tuple[str, object], int] = {}
    keys: list[tuple[str, object]] = []
    out: list[Block] = []
    for index, block in enumerate(found):
        words = " ".join(text[block.start : block.end].split()).casefold()
        under = keys[block.parent] if block.kind in {"list-item", "table-row"} and block.parent is not None else None
        key = (words, under)
        keys.append(key)
        first = seen.setdefault(key, index)
        out.append(replace(block, repeats=first if first != index else None))
    return out
