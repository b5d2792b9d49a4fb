"""Frames that a name alone gives: a model and its brand, a technology and its owner, a platform and its voltage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.lexicon import place_adjectives
from graph.extraction.model import Mention
from graph.extraction.readings import Reading
from graph.extraction.subjects import Discourse

BRANDS = frozenset({"Brand", "Automaker"})
# "the E-GMP platform, an 800-volt architecture": the description of a platform that has a name
NAMED_PLATFORM = re.compile(
    r"(?P<name>‹(?-i:[A-Z]*P[A-Z]*)#\d+›)(?: platform| architecture)?(?:,| is) (?:an?|the|its) (?:[a-z-]+ )*$",
    re.IGNORECASE,
)


def named_models(reading: Reading, discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """A model named with its brand, or known by its name, is made by that brand."""
    for start, end, item in sentence.marks():
        if not isinstance(item, Mention) or "VehicleModel" not in item.kinds:
            continue
        owner = discourse.owner(item.name)
        brand = owner.name if owner else brand_before(reading, sentence, start, item.name)
        if brand:
            yield Frame("model.named", "makesModel", index, start, end, start, brand, item.name)


def named_technologies(reading: Reading, discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """A technology that belongs to a company by its name is what that company offers or develops."""
    for start, end, item in sentence.marks():
        if isinstance(item, Mention) and item.kinds & {"Technology", "BatteryTechnology"}:
            owner = discourse.owner(item.name)
            if owner and reading.names(owner.name) and not item.name[:1].isdigit():  # a cell's size is nobody's own
                if "Technology" in item.kinds:
                    yield Frame("technology.named", "offersTechnology", index, start, end, start, owner.name, item.name)
                else:
                    yield Frame("battery.named", "developsBattery", index, start, end, start, owner.name, item.name)


def brand_before(reading: Reading, sentence: Annotated, start: int, name: str) -> str | None:
    """The brand that an unknown model's name begins with: named before it, or elsewhere in the text."""
    for mention in [*reversed(sentence.mentions(0, start)), *reading.mentions]:
        if mention.kinds & BRANDS and name.startswith(mention.name.removesuffix(" Motors").split()[0]):
            return mention.name
    return None


def nations_in(phrase: str) -> list[str]:
    """The countries of the adjectives in a phrase: "French Japanese"."""
    return [c for a, c in place_adjectives().items() if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", phrase)]


VENTURE = re.compile(r"\bjoint(?:ly)?\b|\bJV\b", re.IGNORECASE)
FURTHER = re.compile(
    r"(?:, |,? and )(?:about |around |some |nearly |a )?(‹percent#\d+›)(?: stake| share)? (?:of|in) (?:the )?"
    r"(?:[a-z-]+ ){0,3}(‹[A-Z]*[OB][A-Z]*#\d+›)(?!'s)"
)
TWO_PARTNERS = re.compile(r"\b[Tt]he (?:‹n#\d+›|two) (?:[a-z-]+ )?(?:partners|allies)\b")
TWO_TOGETHER = re.compile(
    r"\b(?:[Bb]oth|[Tt]he (?:‹n#\d+›|two)) (?:companies|firms|sides|groups|carmakers|automakers|makers)\b[^.;‹]{0,60}"
    r"\b(?:joint venture|cooperat|co-operat|partnership|alliance|work together|working together|jointly|join forces)"
)
KIN = re.compile(r"(?P<owner>‹[A-Z]*O[A-Z]*#\d+›)'s (?P<owned>‹[A-Z]*[OB][A-Z]*#\d+›)(?!'s)")
POSSESSED_BRAND = re.compile(r"(‹[A-Z]*O[A-Z]*#\d+›)'s (?:(?!sister)[a-z-]+ ){0,2}(?:brand|marque)\b(?!s?,? ‹)")
EACH_OTHER = re.compile(
    r"\beach (?:will |is to |would )?(?:owns?|holds?|has|have|take) (?:a )?"
    r"(‹percent#\d+›)(?: stake)? (?:of|in) the other",
    re.IGNORECASE,
)


def cross_holdings(discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """Two companies that hold the same share of each other."""
    for match in EACH_OTHER.finditer(sentence.text):
        found = discourse.group(index, 2)
        quantity = next((i[0] for _, _, i in sentence.marks(*match.span(1)) if isinstance(i, tuple)), None)
        if found and quantity and len(found.names) == 2:
            for owner, owned in (found.names, found.names[::-1]):
                yield Frame(
                    "stake.each-other", "holdsStakeIn", index, match.start(), match.end(), match.start(1), owner, owned,
                    quantity.value, "percent", quantity,
                )  # fmt: skip


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
        if named := NAMED_PLATFORM.search(sentence.text[:start]):
            name, found = sentence.mentions(*named.span("name"))[0].name, None
        for owner in found.names if found else ():
            yield Frame("platform.volt", "developsPlatform", index, start, match.end(), start, owner, name)
        yield Frame(
            "platform.volt", "voltage", index, start, match.end(), start, name, None, item[0].value, "V", item[0]
        )


def batteries_measured(sentence: Annotated, found: list[Frame]) -> Iterator[Frame]:
    """The battery whose size is given is the car's: "a 44 kWh LFP pack", "an LFP battery of 44 kWh"."""
    for frame in found:
        if frame.property != "batteryCapacity":
            continue
        for start, end, item in sentence.marks():
            if not isinstance(item, Mention) or "BatteryTechnology" not in item.kinds or item.name == frame.subject:
                continue
            after = re.fullmatch(r"‹kWh#\d+›(?: [\w-]+){0,2} ", sentence.text[frame.anchor : start])
            before = re.fullmatch(
                r"(?: (?!and\b)[\w-]+){0,3} (?:of|with|holding|rated at) (?:[\w-]+ ){0,2}",
                sentence.text[end : frame.anchor],
            )
            if after or before:
                yield replace(
                    frame, rule="battery.measured", property="usesBattery", start=min(start, frame.anchor),
                    end=max(end, frame.end), object=item.name, value=None, unit=None, quantity=None,
                )  # fmt: skip


def partners_of_ventures(reading: Reading, index: int, found: list[Frame]) -> Iterator[Frame]:
    """Companies that a sentence says share a joint venture are partners."""
    shares = [f for f in found if f.index == index and f.property == "holdsStakeIn" and f.modality != "negated"]
    for venture in dict.fromkeys(f.object for f in shares):
        held = {f.subject: f for f in shares if f.object == venture}
        joint = "JointVenture" in reading.entity_kinds(venture or "") or VENTURE.search(reading.annotated[index].text)
        if joint and len(held) == 2:
            (one, frame), (other, _) = held.items()
            yield replace(
                frame, rule="partner.of-venture", property="partnersWith", subject=one, object=other, value=None,
                unit=None, quantity=None,
            )  # fmt: skip


def further_holdings(index: int, sentence: Annotated, found: list[Frame]) -> Iterator[Frame]:
    """Shares of further companies after the first: "holds 75% of Porsche, 26% of QuantumScape and a fifth of Xpeng"."""
    held = [f for f in found if f.index == index and f.property == "holdsStakeIn" and f.quantity]
    claimed = {f.quantity for f in held}
    for match in FURTHER.finditer(sentence.text, held[0].start if held else len(sentence.text)):
        quantity = next((i[0] for _, _, i in sentence.marks(*match.span(1)) if isinstance(i, tuple)), None)
        owned = sentence.mentions(*match.span(2))
        before = [f for f in held if f.start < match.start()]
        if quantity and quantity not in claimed and owned and before and owned[0].name != before[-1].subject:
            yield replace(
                before[-1], rule="stake.further", start=match.start(1), end=match.end(), anchor=match.start(1),
                object=owned[0].name, value=quantity.value, unit=quantity.unit, quantity=quantity,
            )  # fmt: skip


REST = re.compile(
    r"(?P<owner>‹[A-Z]*O[A-Z]*#\d+›)(?:, [^;.]{3,60},)?,? (?:(?:still |now |will )*"
    r"(?:keeps?|holds?|owns?|has|have|retains?"
    r"|took|takes?|kept|bought|gets?)|with) (?:the )?(?:other|remaining)? ?(?P<value>‹percent#\d+›)(?=[,.;)]|$| and ‹)"
)
LISTED = re.compile(
    r"(?:, |; |,? and |,? while |\b(?:by|are|include|to) |: )(?:the )?(?:[a-z-]+ ){0,3}?(?P<owner>‹[A-Z]*O[A-Z]*#\d+›)"
    r"(?: (?:holds?|owns?|has|have|with|at|another|the other|the remaining|a further|about|some|just|nearly)){0,3}"
    r" \(?(?P<value>‹(?:percent|n)#\d+›)(?! (?:of|in) ‹)(?=[,.;)]|$|,? and |,? while )"
)
EQUALLY = re.compile(
    r"\b(?:half and half|in equal (?:parts|shares)|equally|fifty-fifty|50[:/-]50|half each|on equal terms)\b"
)


def shares_listed(discourse: Discourse, index: int, sentence: Annotated, found: list[Frame]) -> Iterator[Frame]:
    """Shares of further owners of the same company: "Stellantis holds 45%, Mercedes-Benz 30% and Saft a quarter", and
    in a sentence after it "ZF keeps the other half"."""
    here = [f for f in found if f.index == index and f.property == "holdsStakeIn" and f.quantity]
    before = here or [f for f in found if index - 2 <= f.index < index and f.property == "holdsStakeIn"]
    if not before:
        return
    last = before[-1]
    claimed = {f.quantity for f in here}
    for match in [*LISTED.finditer(sentence.text, here[0].anchor)] if here else [*REST.finditer(sentence.text)]:
        quantity = next((i[0] for _, _, i in sentence.marks(*match.span("value")) if isinstance(i, tuple)), None)
        owner = sentence.mentions(*match.span("owner"))[0].name
        share = quantity and quantity not in claimed and 0 < quantity.value < 100
        if quantity and share and owner not in {last.object, *(f.subject for f in here)}:
            yield replace(
                last, rule="stake.listed", index=index, start=match.start("owner"), end=match.end(),
                anchor=match.start("value"), subject=owner, value=quantity.value, unit="percent", quantity=quantity,
                when=None, inherits=None,
            )  # fmt: skip


def equal_shares(sentence: Annotated, found: list[Frame]) -> list[Frame]:
    """Half for each of two owners that a sentence calls equal."""
    owners: dict[str | None, set[str]] = {}
    for frame in found:
        if frame.property == "holdsStakeIn" and frame.value is None:
            owners.setdefault(frame.object, set()).add(frame.subject)
    equal = {thing for thing, names in owners.items() if len(names) == 2 and EQUALLY.search(sentence.text)}
    alone = [f for f in found if not (f.property == "subsidiaryOf" and f.subject in equal)]
    return [
        replace(f, value=50, unit="percent") if f.property == "holdsStakeIn" and f.object in equal and f.value is None
        else f
        for f in alone
    ]  # fmt: skip


def partners_spoken_of(discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """ "The two partners": the last two that were named together."""
    for match in [*TWO_PARTNERS.finditer(sentence.text), *TWO_TOGETHER.finditer(sentence.text)]:
        found = discourse.group(index, 2)
        if found and len(found.names) == 2:
            yield Frame(
                "partner.the-two", "partnersWith", index, match.start(), match.end(), match.start(), *found.names
            )


def kin_possessed(discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """ "BYD's FinDreams": whose subsidiary or brand a company is, where the register says the same."""
    for match in KIN.finditer(sentence.text):
        owner, owned = (sentence.mentions(*match.span(group))[0] for group in ("owner", "owned"))
        above, below = (discourse.register.resolve(m.name) for m in (owner, owned))
        if above and below and above.slug in below.parents and not owned.name.startswith(owner.name):
            brand = owned.kinds == {"Brand"}
            pair = (owner.name, owned.name) if brand else (owned.name, owner.name)
            yield Frame(
                "kin.possessed", "hasBrand" if brand else "subsidiaryOf", index, match.start(), match.end(),
                match.start(), *pair, modality="fact",
            )  # fmt: skip


def brands_possessed(discourse: Discourse, index: int, sentence: Annotated) -> Iterator[Frame]:
    """ "Toyota's luxury brand": the brand of that owner that the text named last."""
    for match in POSSESSED_BRAND.finditer(sentence.text):
        owner = sentence.mentions(*match.span(1))[0].name
        brand = discourse.child(owner, index, match.start())
        if brand:
            yield Frame("brand.possessed", "hasBrand", index, match.start(), match.end(), match.start(), owner, brand)
