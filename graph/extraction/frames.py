"""From marked sentences to frames: who, which property, what value, and where the words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from graph.claims import MONEY
from graph.extraction.annotate import MARK, Annotated, mark_of
from graph.extraction.lexicon import bodies, place_adjectives, role_name
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention, Quantity, When
from graph.extraction.plants import Plants
from graph.extraction.readings import Reading
from graph.extraction.rules import PatternRule, QuantityRule, pattern_rules, quantity_rules
from graph.extraction.subjects import Discourse, Found

LETTERS = {
    "organization": "OB", "model": "V", "platform": "P", "battery": "T", "plant": "F", "plan": "S", "brand": "B",
    "person": "H",
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A claim without its qualifiers. `start`, `end` and `anchor` are positions in the marked sentence."""

    rule: str
    property: str
    index: int
    start: int
    end: int
    anchor: int
    subject: str
    object: str | None = None
    value: int | float | str | None = None
    unit: str | None = None
    quantity: Quantity | None = None
    when: When | None = None
    place: str | None = None
    modality: str | None = None
    needs_end: bool = False
    inherits: Frame | None = None
    trace: tuple[str, ...] = field(default=())


class Frames:
    """All frames of a document."""

    def __init__(self, reading: Reading) -> None:
        """Prepare discourse and plants."""
        self.reading = reading
        self.discourse = Discourse(reading)
        self.plants = Plants(reading, self.discourse)

    def all(self) -> list[Frame]:
        """Frames of every sentence that may yield claims, in order."""
        found: list[Frame] = []
        for index, sentence in enumerate(self.reading.annotated):
            if self.reading.silent(sentence.sentence) or len(sentence.text) > 4000:
                continue
            found += self.plants.frames_of(index, Frame)
            found += named_models(self.reading, self.discourse, index, sentence)
            found += named_technologies(self.reading, self.discourse, index, sentence)
            found += described_platforms(self.discourse, index, sentence)
            for rule in pattern_rules():
                found += self.by_pattern(rule, index, sentence)
            quantified = list(self.by_quantity(index, sentence))
            found += quantified
            found += self.ellipsis(index, sentence, quantified, found)
        return found

    # --- patterns --------------------------------------------------------------------------------

    def by_pattern(self, rule: PatternRule, index: int, sentence: Annotated) -> Iterator[Frame]:
        """What one pattern rule finds in a sentence."""
        for match in rule.match.finditer(sentence.text):
            if rule.exclude and rule.exclude.search(sentence.text[max(0, match.start() - 30) : match.end() + 20]):
                continue
            groups = match.groupdict()
            frame = Frame(
                rule.id, rule.property, index, match.start(), match.end(), match.start(), "", modality=rule.modality,
                needs_end=rule.needs_end, when=self.group_when(sentence, match), place=self.group_place(sentence, match),
            )  # fmt: skip
            yield from self.filled(rule, sentence, match, groups, frame)

    def filled(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], groups: dict[str, str | None], frame: Frame
    ) -> Iterator[Frame]:
        """The frames of one match: subjects times objects times values."""
        if groups.get("pair"):
            names = self.names(sentence, match, "pair")
            yield from (replace(frame, subject=a, object=b) for a, b in combinations(names, 2))
            return
        subjects = self.subjects(rule, sentence, match, frame)
        values = list(self.values(rule, sentence, match, groups))
        wants_object = "object" in groups or rule.object_ladder
        if (
            subjects
            and wants_object
            and "object" in groups
            and set(self.names(sentence, match, "object")) == set(subjects.names)
        ):
            subjects = self.discourse.document_topic()
        for subject in subjects.names if subjects else ():
            objects: list[str | None] = (
                [*self.objects(rule, sentence, match, frame, subject)] if wants_object else [None]
            )
            for thing in objects:
                for value, unit, quantity in values:
                    if subject != thing and (rule.id != "brand.both" or self.discourse.owns(subject, thing)):
                        yield replace(
                            frame, subject=subject, object=thing, value=value, unit=unit, quantity=quantity,
                            trace=(f"subject: {subjects.step}" if subjects else "",),
                        )  # fmt: skip

    def objects(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], frame: Frame, subject: str
    ) -> list[str]:
        """The names in the object group, who its pronoun stands for, or what the rule's ladder finds."""
        if rule.object_ladder == "alliance":
            alliance = self.discourse.alliance_of(subject)
            return [alliance] if alliance else []
        if rule.object_ladder == "topic":
            found = self.discourse.before(frame.index)
            return list(found.names[:1]) if found else []
        if rule.object_ladder == "maker":
            models = self.of_kind(sentence, match.start(), match.end(), "V")
            owner = self.discourse.owner(models[0].name) if models else None
            found = (
                Found((owner.name,), "the model's maker")
                if owner
                else self.discourse.subject(frame.index, match.start())
            )
            return list(found.names) if found else []
        if rule.object_ladder:
            found = self.ladder(rule.object_ladder, frame.index, match.start())
            return list(found.names) if found else []
        group = "object" if match.start("object") >= 0 else "object2" if match.groupdict().get("object2") else ""
        if not group:
            found = self.discourse.subject(frame.index, match.start()) if rule.property == "holdsRole" else None
            return list(found.names[:1]) if found else []
        names = self.names(sentence, match, group, rule.property)
        if names:
            return names
        found = self.discourse.resolve(frame.index, match.start(group), match.end(group))
        return list(found.names) if found else []

    def names(self, sentence: Annotated, match: re.Match[str], group: str, rule_property: str = "") -> list[str]:
        """The names in a group of a match."""
        if match.start(group) < 0:
            return []
        inside = sentence.mentions(match.start(group), match.end(group))
        if group == "subject" or (group == "object" and rule_property != "locatedIn"):
            inside = [m for m in inside if not m.kinds & PLACE_KINDS]
        return list(dict.fromkeys(m.name for m in inside))

    def group_place(self, sentence: Annotated, match: re.Match[str]) -> str | None:
        """The place in the `region` group."""
        if "region" not in match.re.groupindex or match.start("region") < 0:
            return None
        return next((m.name for m in sentence.mentions(match.start("region"), match.end("region"))), None)

    def group_when(self, sentence: Annotated, match: re.Match[str]) -> When | None:
        """The date in the `when` group."""
        if "when" not in match.re.groupindex or match.start("when") < 0:
            return None
        marks = sentence.marks(match.start("when"), match.end("when"))
        return next((item for _, _, item in marks if isinstance(item, When)), None)

    def subjects(self, rule: PatternRule, sentence: Annotated, match: re.Match[str], frame: Frame) -> Found | None:
        """The subject group's names, or what the rule's ladder finds."""
        if "subject" in match.re.groupindex and match.start("subject") >= 0:
            names = self.names(sentence, match, "subject")
            if names:
                return Found(tuple(names), "named by the pattern")
            resolved = self.discourse.resolve(frame.index, match.start("subject"), match.end("subject"))
            if resolved:
                return resolved
            written = match.group("subject")
            if "‹" not in written and rule.property == "holdsRole":
                return Found((written,), "a person's name")
            return None
        if "person" in match.re.groupindex and match.start("person") >= 0:
            names = self.names(sentence, match, "person") or [match.group("person").strip(" .,")]
            return Found((names[0],), "a person's name") if "‹" not in names[0] else None
        if rule.property in {"partnersWith", "holdsStakeIn"}:
            venture = VENTURE.search(sentence.text[: match.start()])
            if venture:
                before = self.discourse.clause_subject(frame.index, venture.start())
                return before or self.discourse.before(frame.index)
        return self.ladder(rule.ladder or "organization", frame.index, match.start())

    def values(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], groups: dict[str, str | None]
    ) -> Iterator[tuple[int | float | str | None, str | None, Quantity | None]]:
        """The values of a match: a number, a constant, a country, a role, a body style, or none."""
        if groups.get("value"):
            for _, _, item in sentence.marks(match.start("value"), match.end("value")):
                if isinstance(item, tuple):
                    for quantity in item:
                        yield quantity.value, rule.unit or quantity.unit, quantity
        elif groups.get("nation"):
            named = [m for m in sentence.mentions(*match.span("nation")) if "Country" in m.kinds]
            for name in [m.name for m in named] or nations_in(str(groups["nation"])):
                yield name, None, None
        elif groups.get("role"):
            for part in re.split(r",? and |, ", str(groups["role"])):
                yield role_name(part.strip()), None, None
        elif groups.get("body"):
            for expression, code in bodies():
                if expression.fullmatch(str(groups["body"])):
                    yield code, None, None
                    break
        elif rule.number is not None:
            yield int(rule.number), rule.unit, None
        else:
            yield rule.text, None, None

    # --- ladders ---------------------------------------------------------------------------------

    def ladder(self, wanted: str, index: int, position: int) -> Found | None:
        """The first kind of `wanted` (words, in order of preference) that is in reach."""
        if UNKNOWN_SUBJECT.search(self.reading.annotated[index].text[:position]):
            return None
        for word in wanted.split():
            if word == "organization":
                found = self.discourse.subject(index, position)
            elif word == "topic":
                found = self.discourse.before(index)
            elif word.startswith("opener:"):
                found = self.opener(index, position, word[7:])
            elif word == "plant":
                plant = self.plants.in_scope(index, position)
                found = Found((plant.name,), "plant in scope") if plant else None
            else:
                found = self.nearest(index, position, LETTERS[word])
            if found:
                return found
        return None

    def opener(self, index: int, position: int, letters: str) -> Found | None:
        """A model, platform or battery that opens the clause, carries a relative clause, is the label, or "it"."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        mark = rf"‹[A-Z]*[{letters}][A-Z]*#\d+›"
        opening = re.compile(
            rf"(?:^|[,;:.] |\b(?:and|but|that|while) )(?:(?:the|its|a|an) )?(?:[a-z-]+ ){{0,2}}({mark})|({mark})(?: \w+)?, which",
            re.IGNORECASE,
        )
        found = [m for m in opening.finditer(text, 0, position)]
        if found:
            group = 1 if found[-1].group(1) else 2
            later = self.of_kind(sentence, found[-1].end(), position, "OB")
            name = sentence.mentions(found[-1].start(group), found[-1].end(group))[0].name
            if not later:
                return Found((name,), "opens the clause")
        earlier = self.earlier(index, letters)
        if (
            earlier
            and re.search(r"(?:^|\bwhen )it\b", text[:position], re.IGNORECASE)
            and not self.of_kind(sentence, 0, position, "OB")
        ):
            return Found((earlier[-1],), "gone back to")
        return None

    def nearest(self, index: int, position: int, letters: str) -> Found | None:
        """The name of a kind that a figure is about: it opens the clause, is gone back to, or stands nearest."""
        sentence = self.reading.annotated[index]
        before = [
            (s, m)
            for s, _, m in sentence.marks(0, position)
            if isinstance(m, Mention) and set(mark_of(m)) & set(letters)
        ]
        earlier = self.earlier(index, letters)
        if earlier and (match := re.search(r"\bthe (latter|former)\b", sentence.text[:position], re.IGNORECASE)):
            return Found((earlier[-1 if match.group(1).lower() == "latter" else 0],), "the latter")
        opening = [m.name for s, m in before if self.discourse.opens(sentence, s)]
        if opening:
            return Found((opening[-1],), "opens the clause")
        if earlier and re.match(r"(?:that|this) one\b", sentence.text, re.IGNORECASE):
            return Found((earlier[-1],), "gone back to")
        if earlier and re.match(
            r"(?:it|that one|this one|the car|the model|the vehicle)\b", sentence.text, re.IGNORECASE
        ):
            return Found((earlier[0],), "gone back to")
        if before:
            return Found((before[-1][1].name,), "nearest before")
        if earlier:
            return Found((earlier[0],), "sentence before")
        after = self.of_kind(sentence, position, len(sentence.text), letters)
        return Found((after[0].name,), "nearest after") if after else None

    def earlier(self, index: int, letters: str) -> list[str]:
        """The names of a kind in the sentence before that has one, in the same block or what it stands under."""
        block = self.reading.sentences[index].block
        for back in range(index - 1, max(-1, index - 4), -1):
            other = self.reading.annotated[back]
            if other.sentence.block not in {block, self.reading.blocks[block].parent}:
                return []
            names = [m.name for m in self.of_kind(other, 0, len(other.text), letters)]
            if names:
                return names
        return []

    def of_kind(self, sentence: Annotated, start: int, end: int, letters: str) -> list[Mention]:
        """The mentions of a kind in a span."""
        return [
            item for _, _, item in sentence.marks(start, end)
            if isinstance(item, Mention) and set(mark_of(item)) & set(letters)
        ]  # fmt: skip

    # --- quantities ------------------------------------------------------------------------------

    def by_quantity(self, index: int, sentence: Annotated) -> Iterator[Frame]:
        """Each number with the rule whose words stand nearest to it."""
        for start, end, item in sentence.marks():
            if not isinstance(item, tuple) or item[0].converted:
                continue
            options = [
                (score, order, rule, span)
                for order, rule in enumerate(quantity_rules())
                if (scored := fit(rule, sentence.text, start, end, item)) is not None
                for score, span in [scored]
            ]
            if not options:
                continue
            if mark_of(item) == "V" and re.match(r"[ -](?:[a-z-]+ )?(?:platform|architecture)", sentence.text[end:]):
                continue
            _, _, rule, span = min(options, key=lambda o: o[:2])
            yield from self.quantity_frames(rule, index, sentence, (start, end), span, item)

    def quantity_frames(
        self, rule: QuantityRule, index: int, sentence: Annotated, at: tuple[int, int], span: tuple[int, int],
        item: tuple[Quantity, ...],
    ) -> Iterator[Frame]:  # fmt: skip
        """The frames of one number under one rule: for each subject and each end of a range."""
        found = self.ladder(rule.subject, index, at[0])
        if not found:
            return
        first, last = min(at[0], span[0]), max(at[1], span[1])
        if 0 <= found.start < at[0]:
            first = min(first, found.start)
        plants = {p.name for p in self.plants.found}
        for subject in found.names:
            for quantity in item:
                prop, unit = rule.property, rule.unit or quantity.unit
                if prop == "productionVolume" and quantity.per == "year" and subject in plants:
                    prop, unit = "productionCapacity", "vehicles/year"
                elif rule.per_year and unit == "vehicles":
                    unit = "vehicles/year"
                yield Frame(
                    rule.id, prop, index, first, last, at[0], subject, None, quantity.value, unit, quantity,
                    modality=rule.modality, trace=(f"subject: {found.step}",),
                )  # fmt: skip

    def ellipsis(self, index: int, sentence: Annotated, found: list[Frame], everything: list[Frame]) -> Iterator[Frame]:
        """Numbers that lean on the number before: "55 percent in Japan", "and 80 % by 2035", "Four will be pure EVs"."""
        claimed = {f.anchor: f for f in found}
        claimed |= {
            s: f for f in everything if f.index == index and f.quantity
            for s, e, i in sentence.marks() if isinstance(i, tuple) and f.quantity in i and f.property != "holdsStakeIn"
        }  # fmt: skip
        last: Frame | None = None
        if index and self.reading.annotated[index - 1].sentence.block == sentence.sentence.block:
            last = next((f for f in reversed(everything) if f.index == index - 1 and f.quantity), None)
        for start, end, item in sentence.marks():
            if not isinstance(item, tuple) or item[0].converted:
                continue
            if start in claimed:
                last = claimed[start]
                continue
            if last is None or not last.quantity:
                continue
            money = last.unit in MONEY and mark_of(item) == "n" and item[0].value >= 1_000_000 and last.index == index
            if not (money and MONEY_AFTER.match(sentence.text, end)) and not leans(
                sentence.text, start, end, mark_of(item), last
            ):
                continue
            subject = last.subject
            if money and (nearer := self.discourse.clause_subject(index, start)) and nearer.start > last.anchor:
                subject = nearer.names[0]
            for quantity in item:
                bound = Frame(
                    last.rule, last.property, index, start, tail(sentence.text, end), start, subject, None, quantity.value,
                    last.unit, quantity, inherits=last, modality=None, trace=("leans on the number before",),
                )  # fmt: skip
                yield bound
                last = bound


UNKNOWN_SUBJECT = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z]+,? which (?:(?!‹[A-Z]*[OBF])[^,;.]){0,70}$")
VENTURE = re.compile(r"‹[A-Z]*O[A-Z]*#\d+›(?: \(‹[^›]*›\))?, (?:an?|its|the|their) (?:[\w-]+ ){0,3}$")
MONEY_AFTER = re.compile(r"(?! (?:[a-z-]+ )?(?:vehicles|cars|units|EVs|people|models|batteries)\b)")
LEAN_AFTER = re.compile(
    r"\s*(?:of (?:them|these|those|which|the ‹)|of sales|will be|would be|are to be|‹when|in ‹[A-Z]*L|for ‹[A-Z]*L|by the|"
    r"under the|electrified|electric|fully electric|battery|combustion|plug-in|hybrid|in (?:the )?(?:US|UK|U\.S\.)|globally|worldwide|$|,|\.|;)",
    re.IGNORECASE,
)  # fmt: skip


def leans(text: str, start: int, end: int, mark: str, last: Frame) -> bool:
    """Whether a number can only be read with the number before it."""
    kinds = {"percent": "percent", "GWh": "GWh", "GWh/year": "GWh", "models": "n", "vehicles": "n"}
    if kinds.get(last.unit or "") != mark or last.property not in {
        "salesShare", "modelCount", "productionCapacity", "salesVolume", "productionVolume",
    }:  # fmt: skip
        return False
    if not LEAN_AFTER.match(text, end):
        return False
    item_is_small = last.quantity is not None and last.unit == "models"
    return not item_is_small or bool(re.search(r"(?:^|[,;(:–] |and |including |other |to )\S{0,12}$", text[:start]))


def tail(text: str, end: int) -> int:
    """The end of a number's short phrase: up to the next mark or comma."""
    match = re.compile(r"[^,.;:()‹]{0,40}(?:‹(?:when|[A-Z]*L[A-Z]*)#\d+›)?").match(text, end)
    return match.end() if match else end


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence around a span: between semicolons, and no further than 110 characters off."""
    left = max(text.rfind(";", 0, start) + 1, start - 110, 0)
    right = text.find(";", end)
    return left, min(right if right >= 0 else len(text), end + 110)


def fit(
    rule: QuantityRule, text: str, start: int, end: int, item: tuple[Quantity, ...]
) -> tuple[float, tuple[int, int]] | None:
    """How far the nearest word of the rule stands from the number, and where it stands; None where it does not fit."""
    mark = MARK.match(text, start)
    value = item[0].value
    if not mark or mark.group(1) not in rule.marks or not rule.least <= value <= rule.most:
        return None
    left, right = clause(text, start, end)
    if rule.not_after and rule.not_after.match(text, end):
        return None
    if rule.not_before and rule.not_before.search(text[left:start]):
        return None
    if rule.exclude and rule.exclude.search(text, left, right):
        return None
    spans: list[tuple[float, tuple[int, int]]] = []
    if rule.after:
        hit = rule.after.match(text, end)
        if not hit:
            return None
        spans.append((0.0, hit.span()))
    if rule.before:
        hit = rule.before.search(text[left:start])
        if not hit:
            return None
        spans.append((0.0, (left + hit.start(), left + hit.end())))
    if rule.near:
        near = [(distance(m.span(), start, end), m.span()) for m in rule.near.finditer(text, left, right)]
        if not near:
            return None
        spans.append(min(near))
    score = sum(s for s, _ in spans) + rule.weight
    return score, (min(s[0] for _, s in spans), max(s[1] for _, s in spans))


def distance(span: tuple[int, int], start: int, end: int) -> float:
    """Characters between a word and the number; words after count a little more."""
    return float(start - span[1]) if span[1] <= start else (span[0] - end) * 1.2


def named_models(reading: Reading, discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """A model named with its brand, or known by its name, is made by that brand."""
    for start, end, item in sentence.marks():
        if not isinstance(item, Mention) or "VehicleModel" not in item.kinds:
            continue
        owner = discourse.owner(item.name)
        brand = owner.name if owner else brand_before(sentence, start, item.name)
        if brand:
            yield Frame("model.named", "makesModel", index, start, end, start, brand, item.name)


def named_technologies(reading: Reading, discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """A technology that belongs to a company by its name is what that company offers or develops."""
    for start, end, item in sentence.marks():
        if isinstance(item, Mention) and item.kinds & {"Technology", "BatteryTechnology"}:
            owner = discourse.owner(item.name)
            if owner and reading.names(owner.name):
                if "Technology" in item.kinds:
                    yield Frame("technology.named", "offersTechnology", index, start, end, start, owner.name, item.name)
                else:
                    yield Frame("battery.named", "developsBattery", index, start, end, start, owner.name, item.name)


def brand_before(sentence: Annotated, start: int, name: str) -> str | None:
    """The brand that an unknown model's name begins with."""
    for mention in reversed(sentence.mentions(0, start)):
        if name.startswith(mention.name.removesuffix(" Motors").split()[0]):
            return mention.name
    return None


def nations_in(phrase: str) -> list[str]:
    """The countries of the adjectives in a phrase: "French Japanese"."""
    return [c for a, c in place_adjectives().items() if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", phrase)]


def described_platforms(discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """A platform that has no name but its voltage: "a common 800-volt architecture"."""
    for start, end, item in sentence.marks():
        match = re.compile(r"[ -](?:[a-z-]+ )?(?:platform|architecture)", re.IGNORECASE).match(sentence.text, end)
        volts = re.fullmatch(r"(\d+)-volt platform", item.name) if isinstance(item, Mention) else None
        if volts and isinstance(item, Mention):
            found = discourse.subject(index, start)
            for owner in found.names if found else ():
                yield Frame("platform.volt", "developsPlatform", index, start, end, start, owner, item.name)
            yield Frame("platform.volt", "voltage", index, start, end, start, item.name, None, int(volts[1]), "V")
        if not match or not isinstance(item, tuple) or item[0].unit != "V":
            continue
        name = f"{item[0].value}-volt platform"
        found = discourse.subject(index, start)
        for owner in found.names if found else ():
            yield Frame("platform.volt", "developsPlatform", index, start, match.end(), start, owner, name)
        yield Frame(
            "platform.volt", "voltage", index, start, match.end(), start, name, None, item[0].value, "V", item[0]
        )
