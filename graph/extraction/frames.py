"""From marked sentences to frames: who, which property, what value, and where the words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.figures import Figures
from graph.extraction.frame import Frame
from graph.extraction.ladders import Ladders
from graph.extraction.launches import further_launches, places_that_follow
from graph.extraction.lexicon import bodies, role_name
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention, Quantity, When
from graph.extraction.owners import company_of
from graph.extraction.posts import post_in
from graph.extraction.quantified import sibling_figure
from graph.extraction.readings import Reading
from graph.extraction.rules import PatternRule, pattern_rules
from graph.extraction.sites import Plants
from graph.extraction.subjects import Discourse, Found
from graph.extraction.tables import has_heads, is_row, table_frames
from graph.extraction.things import (
    batteries_measured,
    brands_possessed,
    cross_holdings,
    described_platforms,
    equal_shares,
    further_holdings,
    kin_possessed,
    named_models,
    named_technologies,
    nations_in,
    partners_of_ventures,
    partners_spoken_of,
    shares_listed,
)  # fmt: skip

Stated = tuple[int | float | str | None, str | None, Quantity | None]

CARMAKERS = frozenset({"Automaker", "Brand", "Alliance"})
OWNED = frozenset({"developsPlatform", "developsBattery", "hasPlan"})
MODEL_FIRST = frozenset({"usesPlatform", "usesBattery", "launch", "bodyStyle"})
LASTING = frozenset({"until", "till", "up until", "through"})  # "on sale until 2030" is no launch
NOT_YET = re.compile(r"\b(?:not|n't|wait|late|delay|postpon|put off|push|never)", re.IGNORECASE)
NO_PERSON = re.compile(
    r"‹|\b(?:Day|Plan|Group|Motors?|Conference|Summit|Show|Board|Investor|Chief|President|Executive)\b"
)
# a name that only says whose the next one is, with no preposition between them
POSSESSING = re.compile(r"'s (?:(?!(?:with|of|between|and|in|for|by)\b)[\w-]+ |‹[^›]*L[^›]*› ){0,5}‹")
VENTURE = re.compile(
    r"‹[A-Z]*O[A-Z]*#\d+›(?: \(‹[^›]*›\))?, "
    r"(?:an?|its|the|their|our|(?P<parent>‹[A-Z]*O[A-Z]*#\d+›)'s) (?:[\w-]+ ){0,3}$"
)


def people_in(sentence: Annotated, start: int, end: int) -> list[str]:
    """The people named in a span of a marked sentence, by mark or in plain words; none where a name is no person's."""
    found: list[str] = []
    for piece in re.finditer(r"(?:(?!,? and |, ).)+", sentence.text[start:end]):
        named = [m.name for m in sentence.mentions(start + piece.start(), start + piece.end()) if "Person" in m.kinds]
        name = named[0] if named else piece.group().removeprefix("and ").strip(" .,")
        if not name or NO_PERSON.search(name):
            return []
        found.append(name)
    return found


def whole_names(sentence: Annotated, start: int, end: int) -> list[Mention]:
    """The names in a span, without those that only say whose the next one is ("Ford's partner Koç")."""
    named = [(stop, item) for _, stop, item in sentence.marks(start, end) if isinstance(item, Mention)]
    heads = [item for stop, item in named if not POSSESSING.match(sentence.text, stop, end)]
    return heads or [item for _, item in named]


def within_reach(sentence: Annotated) -> Iterator[PatternRule]:
    """The pattern rules that may match: the names, dates and words that they need are there."""
    marks = {mark_of(item) for _, _, item in sentence.marks()}
    letters = {letter for mark in marks if mark.isupper() for letter in mark}
    low = sentence.text.lower()
    for rule in rules_for(frozenset(letters), "when" in marks, "percent" in marks):
        if not rule.hints or any(hint in low for hint in rule.hints):
            yield rule


@lru_cache(maxsize=4096)
def rules_for(letters: frozenset[str], dated: bool, shared: bool) -> tuple[PatternRule, ...]:
    """The pattern rules for a sentence with names of these kinds, with or without a date and a share."""
    lacking = {name for name, there in (("when", dated), ("percent", shared)) if not there}
    return tuple(r for r in pattern_rules() if (not r.needs or r.needs & letters) and not r.marks & lacking)


class Frames:
    """All frames of a document."""

    def __init__(self, reading: Reading) -> None:
        """Prepare discourse and plants."""
        self.reading = reading
        self.discourse = Discourse(reading)
        self.plants = Plants(reading, self.discourse)
        self.ladders = Ladders(reading, self.discourse, self.plants)
        self.figures = Figures(reading, self.discourse, self.plants, self.ladders)

    def all(self) -> list[Frame]:
        """Frames of every sentence that may yield claims, in order."""
        found: list[Frame] = []
        first = before = 0  # where the frames of this sentence and of the one before begin
        for index, sentence in enumerate(self.reading.annotated):
            before, first = first, len(found)
            if not self.reading.tells(sentence):
                continue
            if is_row(self.reading, index) and has_heads(self.reading, index):
                found += named_models(self.reading, self.discourse, index, sentence)
                found += self.plants.frames_of(index)
                found += self.plants.of_row(index, table_frames(self.reading, self.discourse, index, sentence))
                continue
            found += self.plants.frames_of(index)
            found += named_models(self.reading, self.discourse, index, sentence)
            found += named_technologies(self.reading, self.discourse, index, sentence)
            for read_things in (cross_holdings, partners_spoken_of, brands_possessed, kin_possessed):
                found += read_things(self.discourse, index, sentence)
            found += described_platforms(self.discourse, index, sentence)
            for rule in within_reach(sentence):
                found += self.by_pattern(rule, index, sentence)
            found += list(further_holdings(index, sentence, found[first:]))
            found += list(shares_listed(self.discourse, index, sentence, found))
            found[first:] = equal_shares(sentence, found[first:])
            found += list(further_launches(index, sentence, found[first:]))
            found += list(places_that_follow(index, sentence, found))
            found += list(partners_of_ventures(self.reading, index, found[first:]))
            held = [f.quantity for f in found[first:] if f.property == "holdsStakeIn"]
            quantified = list(self.figures.by_quantity(index, sentence, held))
            found += quantified
            found += batteries_measured(sentence, quantified)
            sibling = sibling_figure(self.reading, index, found)
            lately = [sibling, *found[before:]] if sibling else found[before:]
            found += self.figures.ellipsis(index, sentence, quantified, lately)
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
                needs_end=rule.needs_end, when=self.group_when(sentence, match),
                place=self.group_place(sentence, match),
            )  # fmt: skip
            lasts = rule.property == "launch" and frame.when and frame.when.cue in LASTING
            if lasts and not NOT_YET.search(match.group()):
                continue
            if rule.property == "launch" and frame.when and frame.when.first and frame.when.last:  # "from 2025 to 2026"
                put_off = replace(frame, when=replace(frame.when, first=None, last=frame.when.first))
                yield from self.filled(rule, sentence, match, groups, put_off)
            for filled in self.filled(rule, sentence, match, groups, frame):
                owned = self.by_ownership(rule, self.by_register(filled, named="subject" in groups))
                if owned.property != "hasBrand" or self.owns(owned.subject, owned.object):
                    yield owned

    def filled(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], groups: dict[str, str | None], frame: Frame
    ) -> Iterator[Frame]:
        """The frames of one match: subjects times objects times values."""
        if groups.get("pair"):
            names = self.names(sentence, match, "pair")
            yield from (replace(frame, subject=a, object=b) for a, b in combinations(names, 2))
            return
        subjects = self.subjects(rule, sentence, match, frame)
        values = self.values(rule, sentence, match, groups)
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
            for thing in objects if subject not in objects or rule.property == "hasBrand" else ():
                for value, unit, quantity in values:
                    if (
                        subjects
                        and thing not in subjects.names
                        and (rule.property != "hasBrand" or self.owns(subject, thing))
                    ):
                        yield replace(
                            frame, subject=subject, object=thing, value=value, unit=unit, quantity=quantity,
                            trace=(f"subject: {subjects.step}" if subjects else "",),
                        )  # fmt: skip

    def owns(self, owner: str, brand: str | None) -> bool:
        """Whether a brand may be a company's, which may be named as a brand itself ("Volkswagen")."""
        return self.discourse.owns(company_of(self.reading, self.discourse, owner), brand)

    def by_register(self, frame: Frame, *, named: bool) -> Frame:
        """Whose platform, plan or battery it is, where only a ladder says so and the register knows better."""
        owner = self.discourse.owner(frame.object or "") if frame.property in OWNED and not named else None
        if frame.property == "developsBattery" and (frame.object or "")[:1].isdigit():  # a size is nobody's own
            return frame
        if owner is None or not self.reading.names(owner.name):
            return frame
        subject = self.reading.register.resolve(frame.subject)
        akin = subject and (
            owner.slug in subject.parents or subject.slug in owner.parents or owner.slug == subject.slug
        )
        return frame if akin else replace(frame, subject=owner.name)

    def by_ownership(self, rule: PatternRule, frame: Frame) -> Frame:
        """A brand that is no company is its owner's brand, not its subsidiary; a company that is owned, the reverse.
        Of a car maker and a supplier that have a contract, the supplier supplies."""
        if frame.property == "supplies" and rule.by_kind and frame.object:
            sides = [self.reading.entity_kinds(name) & CARMAKERS for name in (frame.subject, frame.object)]
            return replace(frame, subject=frame.object, object=frame.subject) if sides[0] and not sides[1] else frame
        owned = frame.subject if frame.property == "subsidiaryOf" else frame.object
        if owned is None or frame.property not in {"subsidiaryOf", "hasBrand"}:
            return frame
        kinds = self.reading.entity_kinds(owned)
        if frame.property == "subsidiaryOf" and kinds == {"Brand"} and frame.object:
            return replace(frame, property="hasBrand", subject=frame.object, object=owned)
        if rule.by_kind and kinds != {"Brand"}:
            return replace(frame, property="subsidiaryOf", subject=owned, object=frame.subject)
        return frame

    def objects(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], frame: Frame, subject: str
    ) -> list[str]:
        """The names in the object group, who its pronoun stands for, or what the rule's ladder finds."""
        named = any(match.groupdict().get(group) for group in ("object", "object2"))
        post = post_in(self.reading, subject) if rule.property == "holdsRole" and not named else None
        alliance = self.discourse.alliance_of(subject) if rule.object_ladder == "alliance" else None
        if post or rule.object_ladder == "alliance":
            return [name for name in (post or alliance,) if name]
        if rule.object_ladder == "topic":
            found = self.discourse.before(frame.index)
            return list(found.names[:1]) if found else []
        if rule.object_ladder == "maker":
            models = self.ladders.of_kind(sentence, 0, match.end(), "VP")
            owner = self.discourse.owner(models[-1].name) if models else None
            found = (
                Found((owner.name,), "the model's maker")
                if owner
                else self.discourse.subject(frame.index, match.start())
            )
            return list(found.names) if found else []
        if rule.object_ladder:
            upto = match.end() if rule.object_ladder.startswith("mentioned") else match.start()
            found = self.ladders.find(rule.object_ladder, frame.index, upto)
            return list(found.names) if found else []
        group = "object" if match.start("object") >= 0 else "object2" if match.groupdict().get("object2") else ""
        if not group:
            found = self.discourse.subject(frame.index, match.start()) if rule.property == "holdsRole" else None
            return list(found.names[:1]) if found else []
        names = self.names(sentence, match, group, rule.property, cities=rule.cities)
        if names or rule.cities:
            return names
        owner = self.discourse.owner(subject) if rule.property == "subsidiaryOf" else None
        if owner and self.reading.names(owner.name):  # "its unit Ampere": the register knows whose
            return [owner.name]
        if rule.property == "makesModel":
            found = self.ladders.car(frame.index, match.start(group), match.group(group))
        else:
            found = self.discourse.resolve(frame.index, *match.span(group), frozenset({subject}))
        return list(found.names) if found else []

    def names(
        self, sentence: Annotated, match: re.Match[str], group: str, rule_property: str = "", *, cities: bool = False
    ) -> list[str]:
        """The names in a group of a match; with `cities` no countries."""
        if match.start(group) < 0:
            return []
        inside = whole_names(sentence, *match.span(group))
        inside = [m for m in inside if not cities or not m.kinds & {"Country", "Market"}]
        if group == "subject" or (group == "object" and rule_property != "locatedIn"):
            inside = [m for m in inside if not m.kinds & PLACE_KINDS]
        if group == "subject" and rule_property in MODEL_FIRST and any("VehicleModel" in m.kinds for m in inside):
            inside = [m for m in inside if "VehicleModel" in m.kinds]  # "the Ariya and Renault's Mégane"
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
            names = self.names(sentence, match, "subject", rule.property)
            if names:
                return Found(tuple(names), "named by the pattern")
            written = match.group("subject")
            if rule.property in MODEL_FIRST and not written.startswith("‹"):
                return self.ladders.car(frame.index, match.start("subject"), written)
            resolved = self.discourse.resolve(frame.index, match.start("subject"), match.end("subject"))
            person = "‹" not in written and rule.property == "holdsRole"
            return resolved or (Found((written,), "a person's name") if person else None)
        if "person" in match.re.groupindex and match.start("person") >= 0:
            people = people_in(sentence, *match.span("person"))
            return Found(tuple(people), "a person's name") if people else None
        if rule.property in {"partnersWith", "holdsStakeIn"} and rule.ladder != "parents":
            venture = VENTURE.search(sentence.text[: match.start()])
            if venture and venture["parent"]:
                return Found((sentence.mentions(*venture.span("parent"))[0].name,), "parent of the venture")
            if venture:
                before = self.discourse.clause_subject(frame.index, venture.start())
                return before or self.discourse.before(frame.index)
        return self.ladders.find(rule.ladder or "organization", frame.index, match.start())

    def values(
        self, rule: PatternRule, sentence: Annotated, match: re.Match[str], groups: dict[str, str | None]
    ) -> list[Stated]:
        """The values of a match: a number, a constant, a country, a role, a body style, or none."""
        if groups.get("value"):
            items = [item for _, _, item in sentence.marks(*match.span("value")) if isinstance(item, tuple)]
            return [(q.value, rule.unit or q.unit, q) for item in items for q in item]
        if nation := groups.get("nation"):
            named = [m.name for m in sentence.mentions(*match.span("nation")) if "Country" in m.kinds]
            countries: list[Stated] = [(name, None, None) for name in named or nations_in(nation)]
            return countries
        if role := groups.get("role"):
            roles: list[Stated] = [(role_name(part.strip()), None, None) for part in re.split(r",? and |, ", role)]
            return roles
        if body := groups.get("body"):
            styles: list[Stated] = [(code, None, None) for expression, code in bodies() if expression.fullmatch(body)]
            return styles[:1]
        if rule.number is not None:
            return [(int(rule.number), rule.unit, None)]
        return [(rule.text, None, None)]
