"""A document read: its blocks, sentences, names, numbers and dates, each sentence in its marked form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from graph.extraction.annotate import MARK, Annotated, annotate
from graph.extraction.blocks import blocks, mask
from graph.extraction.dates import dates
from graph.extraction.industry import towns
from graph.extraction.lexicon import macros, place_adjectives, table
from graph.extraction.mentions import ORGANIZATION_KINDS, PLACE_KINDS, Gazetteer
from graph.extraction.model import Block, Mention, Sentence, When
from graph.extraction.quantities import quantities
from graph.extraction.sentences import sentences
from graph.reading import Document
from graph.register import Register, fold

RANKS = re.compile(r"[\s-]*(?:largest|biggest|most|best|placed|ranked)\b|\s*among\b|(?![\s-]*\w)|\s*\(")
LABEL_DATE = re.compile(r"(?:In |By |From )?‹when#(\d+)›(?:[:.]|$| [–—-] )", re.IGNORECASE)
ASKING = re.compile(r"^(?:Q|Question)\d*[.:] ")
BOLD = re.compile(r"\*\*[^*\n]{1,100}\*\*")
DATE_ALONE = re.compile(r"(?:In |By |From )?‹when#(\d+)›\W*$", re.IGNORECASE)
# capitals that show that a sentence may have an unknown name, and words that open sentences with one that does not
CAPITAL = re.compile(r"[^\W\d_a-zß-ÿ]")
OPENER = re.compile(r"^\W*(?:" + "|".join(table("names")["openers"]) + r")\b(?=[ ,’'])")
MOST_UNKNOWN = 500  # names that a document may have beside those of the register
LONGEST_SENTENCE = 4000  # characters of a marked sentence; what is longer is none, and takes long
SILENT = frozenset({"front-matter", "boilerplate", "teaser"})


@dataclass
class Reading:
    """Everything that later stages ask about a document."""

    document: Document
    register: Register
    mask: str
    blocks: list[Block]
    sentences: list[Sentence]
    mentions: list[Mention]
    blanked: str = ""  # the mask without names, in which numbers and dates are read
    annotated: list[Annotated] = field(default_factory=list)
    topic: str | None = None
    dominant: bool = False
    tops: dict[int, int] = field(default_factory=dict)  # the heads of tables, by row
    titled: list[Mention] = field(default_factory=list)  # what its title names, which its text need not repeat

    def names(self, name: str) -> bool:
        """Whether the document names an entity."""
        return any(m.name == name for m in self.mentions)

    def entity_kinds(self, name: str) -> frozenset[str]:
        """The kinds of a name, from the register or from the document's own mentions."""
        entity = self.register.resolve(name)
        if entity:
            return entity.kinds
        return next((m.kinds for m in self.mentions if m.name == name), frozenset())

    def label(self, index: int) -> str:
        """The bold label of a sentence's block ("**Hybrids.** Six today"), or the short heading above, and a space."""
        block = self.sentences[index].block
        first = self.first_of(block)
        opening = BOLD.match(self.document.text, self.blocks[block].start)
        within = [a.text for a in self.annotated[first:index] if a.sentence.end <= opening.end()] if opening else []
        written = " ".join(within)
        if written and first + len(within) <= index and len(written) <= 60:
            return f"{written} "
        asked = index and block - self.sentences[index - 1].block <= 1
        question = ASKING.sub("", self.annotated[index - 1].text) if asked else ""
        if question.endswith("?") and len(question) <= 60 and "‹" not in question:
            return f"{question} "
        if self.blocks[block].kind == "list-item" and first == index and (headed := self.headed(block)):
            return headed
        above = self.blocks[block - 1] if block and first == index else None
        if above is None or above.kind != "heading" or above.level <= 1 or self.sentences[index - 1].block != block - 1:
            return ""
        heading = self.annotated[index - 1].text
        stop = "" if heading.endswith((".", "?", "!", ":")) else ":"
        return f"{heading}{stop} " if index and len(heading) <= 60 and "‹" not in heading else ""

    def headed(self, block: int) -> str:
        """The short heading of the list that an item stands in, without its dates, with a colon and a space."""
        parent = self.blocks[block].parent
        over = self.blocks[parent] if parent is not None else None
        if parent is None or over is None or over.kind != "heading" or over.level <= 1:
            return ""
        line = self.annotated[self.first_of(parent)]
        heading = re.sub(r",? ?(?:by |in |for )?‹when#\d+›", "", line.text).strip()
        stop = "" if heading.endswith((".", "?", "!", ":")) else ":"
        return f"{heading}{stop} " if 0 < len(heading) <= 60 and "‹" not in heading else ""

    def over(self, index: int) -> list[Annotated]:
        """What a list item stands under, nearest first: the items, introducing lines and headings above it."""
        found: list[Annotated] = []
        above = self.blocks[self.sentences[index].block].parent
        while above is not None:
            first = self.first_of(above)
            if first < len(self.sentences) and self.sentences[first].block == above:
                last = self.first_of(above + 1)
                found += reversed(self.annotated[first:last])
            above = self.blocks[above].parent
        return found

    def dated_under(self, index: int) -> When | None:
        """The date that labels the block of a sentence ("**March 2025.** ..."), or is a heading above it."""
        line = self.sentences[index]
        first = self.first_of(line.block)
        opening = LABEL_DATE.match(self.annotated[first].text)
        above = self.blocks[line.block].parent
        while not opening and above is not None:
            first = self.first_of(above)
            over = self.annotated[first] if first < len(self.sentences) else None
            opening = DATE_ALONE.match(over.text) if over and over.sentence.block == above else None
            above = self.blocks[above].parent
        item = self.annotated[first].items[int(opening[1])] if opening else None
        return item if isinstance(item, When) else None

    def first_of(self, block: int) -> int:
        """The number of the first sentence of a block, or of the next that follows a block without one."""
        return bisect_left(self.sentences, block, key=lambda s: s.block)

    def telling(self) -> Iterator[tuple[int, Annotated]]:
        """The sentences that may tell something, each with its number."""
        return ((index, sentence) for index, sentence in enumerate(self.annotated) if self.tells(sentence))

    def tells(self, sentence: Annotated) -> bool:
        """Whether a sentence may tell something: it stands in no silent block and is no endless run of words."""
        return len(sentence.text) <= LONGEST_SENTENCE and not self.silent(sentence.sentence)

    def silent(self, sentence: Sentence) -> bool:
        """Whether a sentence stands in a block that yields no claims."""
        block = self.blocks[sentence.block]
        return block.kind in SILENT or block.repeats is not None


@dataclass(frozen=True)
class Shape:
    """A pattern for names that the register does not hold."""

    id: str
    kind: str
    pattern: re.Pattern[str]
    exclude: frozenset[str]
    hints: tuple[str, ...]  # of which a sentence in small letters must hold one; none where any may do
    listed: bool  # whether the name must be that of a town in the lexicon
    small: bool  # whether the name may be without capitals


# the letters of a name's mark, which are capitals whatever the case that a rule ignores: "‹P#1›" is no "‹percent#1›"
CAPITALS = re.compile(r"‹(\[A-Z\]\*\[?[A-Z]+\]?(?:\[A-Z\]\*)?)")


def expand(pattern: str) -> str:
    """A rule's pattern with its {macros} replaced, twice for macros inside macros."""
    known = macros()
    for _ in range(3):
        pattern = re.sub(r"\{([a-zA-Z]+)\}", lambda m: known.get(m.group(1), m.group(0)), pattern)
    return CAPITALS.sub(r"‹(?-i:\1)", pattern)


def load_shapes() -> list[Shape]:
    """The shapes of the lexicon, compiled."""
    return [
        Shape(
            row["id"],
            row["kind"],
            re.compile(expand(row["pattern"]), re.IGNORECASE),
            frozenset(fold(w) for w in row.get("exclude", ())),
            tuple(row.get("hints") or (table("roles")["hints"] if "{role}" in row["pattern"] else ())),
            row.get("listed", False),
            row.get("small", False),
        )
        for row in table("names")["shape"]
    ]


def read(document: Document, gazetteer: Gazetteer, shapes: list[Shape]) -> Reading:
    """Read a document: everything up to marked sentences."""
    parts = blocks(document)
    masked = mask(document, parts)
    lines = sentences(masked, parts)
    titled, mentions = mentions_under(document.title or "", masked, gazetteer)
    unknown = unknown_names(masked, lines, mentions, shapes, gazetteer.register)
    held = [m for m in mentions if not any(u.start <= m.start and m.end <= u.end for u in unknown)]
    mentions = sorted([*held, *unknown], key=lambda m: m.start)
    reading = Reading(document, gazetteer.register, masked, parts, lines, mentions, titled=titled)
    reading.annotated = mark_all(reading)
    reading.topic, reading.dominant = topic_of(reading, gazetteer)
    return reading


def mentions_under(title: str, text: str, gazetteer: Gazetteer) -> tuple[list[Mention], list[Mention]]:
    """The known names of a title and of the text below it; each says what the other's short names may be."""
    shift = len(title) + 2
    found = gazetteer.mentions(f"{title}\n\n{text}")
    below = [replace(m, start=m.start - shift, end=m.end - shift) for m in found if m.start >= shift]
    return [m for m in found if m.end < shift], below


def within(mentions: list[Mention], starts: list[int], sentence: Sentence) -> list[Mention]:
    """The mentions inside a sentence."""
    first, last = bisect_left(starts, sentence.start), bisect_left(starts, sentence.end)
    return [m for m in mentions[first:last] if m.end <= sentence.end]


def mark_all(reading: Reading) -> list[Annotated]:
    """Every sentence in its marked form; names are blanked before numbers and dates are read."""
    blank = list(reading.mask)
    for mention in reading.mentions:
        blank[mention.start : mention.end] = " " * (mention.end - mention.start)
    reading.blanked = blanked = "".join(blank)
    starts = [m.start for m in reading.mentions]
    marked: list[Annotated] = []
    spoken: str | None = None  # the date last spoken of, to which "by then" and "a year later" refer
    for sentence in reading.sentences:
        figures = quantities(blanked, sentence.start, sentence.end)
        figures = [q for q in figures if not q.ordinal or RANKS.match(blanked, q.end)]
        whens = dates(blanked, sentence.start, sentence.end, reading.document.date, spoken)
        spoken = next((w.last or w.first for w in reversed(whens) if w.last or w.first), spoken)
        marked.append(annotate(reading.mask, sentence, within(reading.mentions, starts, sentence), figures, whens))
    return marked


def unknown_names(
    text: str, lines: list[Sentence], known: list[Mention], shapes: list[Shape], register: Register
) -> list[Mention]:
    """Names that only a shape pattern finds. Once found, a name counts wherever it stands in the text."""
    starts = [m.start for m in known]
    found: dict[str, Mention] = {}
    banned = {fold(w) for w in table("names")["not_a_model"]}
    never = {fold(w) for w in table("names")["never"]}
    uncapitalised = [shape for shape in shapes if shape.small]
    for sentence in lines:
        marked = annotate(text, sentence, within(known, starts, sentence), [], [])
        low = marked.text.lower()
        plain = OPENER.sub("", MARK.sub("", marked.text))
        for shape in shapes if CAPITAL.search(plain) else uncapitalised:
            if shape.hints and not any(hint in low for hint in shape.hints):
                continue
            for match in shape.pattern.finditer(marked.text):
                first, last = marked.span(*match.span("name"))
                written = text[first:last].strip(" ,.'\"")
                written = listed_town(written) if shape.listed else written
                if not written or "\n" in written or fold(written) in shape.exclude or fold(written) in never:
                    continue
                if shape.kind in PLACE_KINDS and written in place_adjectives():
                    continue
                name = written.title() if shape.kind in PLACE_KINDS and written.isupper() else written
                name = singular(written) if shape.kind == "BatteryTechnology" else name
                if shape.kind == "VehicleModel":
                    inside = [m for m in marked.mentions(match.start(), match.end()) if "Brand" in m.kinds]
                    before = [m for m in known if m.start < first and "Brand" in m.kinds]
                    if not inside and not before:
                        continue
                    brand = inside[0] if inside else before[-1]
                    if fold(written.split()[0]) in banned:
                        continue
                    name = model_name(brand.name, written, register)
                start = text.index(written, first)
                end = start + len(written)
                entity = register.resolve(name)
                if entity and shape.kind in PLACE_KINDS and not entity.kinds & PLACE_KINDS:
                    continue
                kinds = entity.kinds if entity else frozenset({shape.kind})
                if fold(written) not in found:
                    found[fold(written)] = Mention(
                        start, end, entity.name if entity else name, kinds, known=bool(entity)
                    )
    return repeat_everywhere(text, list(found.values())[:MOST_UNKNOWN], known)


def singular(battery: str) -> str:
    """A battery's name by its singular: "sulphide cells" -> "sulphide cell"."""
    return re.sub(r"(?<= )batteries$", "battery", re.sub(r"(?<= )cells$", "cell", battery))


def listed_town(written: str) -> str:
    """The longest beginning of some words that is the name of a town of the lexicon; nothing where none is."""
    words = re.findall(r"\S+\s*", written)
    ends = (" ".join("".join(words[:n]).split()).rstrip(",.;:'’") for n in range(len(words), 0, -1))
    return next(
        (name for name in ends if fold(name.removesuffix("'s").removesuffix("’s")) in towns()), ""
    ).removesuffix("'s")


def model_name(brand: str, written: str, register: Register) -> str:
    """A model's name with its brand before it ("Mitsubishi Motors" lends "Mitsubishi")."""
    lead = (
        brand.removesuffix(" Motors").removesuffix(" Group").removesuffix(" Cars") if register.resolve(brand) else brand
    )
    return written if written.startswith(lead) else f"{lead} {written}"


def repeat_everywhere(text: str, found: list[Mention], known: list[Mention]) -> list[Mention]:
    """Each found name at all its places in the text that no known name covers."""
    longer = [u for u in found if any(u.start <= m.start and m.end <= u.end for m in known)]
    wide = [
        place.span() for u in longer for place in re.finditer(rf"(?<!\w){re.escape(text[u.start : u.end])}(?!\w)", text)
    ]
    taken = bytearray(len(text))
    for one in known:
        if not any(s <= one.start and one.end <= e for s, e in wide):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
    result: list[Mention] = []
    for mention in sorted(found, key=lambda m: m.start - m.end):
        written = text[mention.start : mention.end]
        for match in re.finditer(rf"(?<!\w){re.escape(written)}(?!\w)", text):
            if taken.find(1, *match.span()) < 0:
                taken[match.start() : match.end()] = b"\1" * len(match[0])
                result.append(Mention(match.start(), match.end(), mention.name, mention.kinds, known=mention.known))
    return result


def topic_of(reading: Reading, gazetteer: Gazetteer) -> tuple[str | None, bool]:
    """The organization that a document is about, named in the title or most often, and whether it leads clearly."""
    score: dict[str, float] = defaultdict(float)
    for rank, name in enumerate(company_names(reading.titled)):
        score[name] += 3 if rank else 5
    for rank, name in enumerate(company_names(reading.mentions)):
        score[name] += 2 if rank < 2 else 1
    for alliance in (e for e in gazetteer.words.alliances if len(e.members) > 2 and score.get(e.name, 0) > 1):
        members = [gazetteer.register.entities[s].name for s in alliance.members if s in gazetteer.register.entities]
        if all(score.get(m) for m in members):
            score[alliance.name] += sum(score[m] for m in members) // 2
    ranked = sorted(score.values(), reverse=True)
    leads = len(ranked) < 2 or ranked[0] >= 1.3 * ranked[1]
    first = max(score, key=score.__getitem__, default=None)
    for mention in reading.mentions:  # a model speaks for its brand, if not as loud
        if "VehicleModel" in mention.kinds and (entity := gazetteer.register.resolve(mention.name)):
            for parent in entity.parents[:1]:
                score[gazetteer.register.entities[parent].name] += 0.7
    topic = max(score, key=score.__getitem__, default=None)
    ranked = sorted(score.values(), reverse=True)
    outshines = len(ranked) < 2 or ranked[0] >= 2 * ranked[1]
    return topic, topic is not None and (outshines or (leads and topic == first))


def company_names(mentions: list[Mention]) -> list[str]:
    """The companies and brands among mentions."""
    return [m.name for m in mentions if m.kinds & ORGANIZATION_KINDS and m.kinds != {"Publisher"}]
