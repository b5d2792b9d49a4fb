"""Word lists, places, roles and cues of the extractor, read from the TOML files beside it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "lexicon"
RULES = Path(__file__).parent / "rules"


@cache
def table(name: str) -> dict[str, Any]:
    """One TOML file of the lexicon, by its name without the ending."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def any_of(alternatives: list[str] | tuple[str, ...]) -> str:
    """A group of alternatives, longest first, matched at word boundaries."""
    ordered = sorted(alternatives, key=len, reverse=True)
    return r"(?:(?<!\w)(?:" + "|".join(ordered) + r")(?!\w))"


@cache
def place_adjectives() -> dict[str, str]:
    """Adjective -> country, for companies' origins ("German" -> "Germany")."""
    return dict(table("places")["adjectives"])


@cache
def region_adjectives() -> dict[str, str]:
    """Adjective -> place, for markets ("European" -> "Europe")."""
    return {**place_adjectives(), **table("places")["regional"]}


@cache
def cue(kind: str) -> re.Pattern[str]:
    """The compiled cue list of a modality: `negated`, `report`, `plan` or `fact`."""
    return re.compile(any_of(table("modality")[kind]), re.IGNORECASE)


@cache
def worldwide() -> re.Pattern[str]:
    """Words that make a figure a worldwide one."""
    return re.compile(any_of(table("places")["worldwide"]["words"]), re.IGNORECASE)


@cache
def home() -> re.Pattern[str]:
    """Words that make a figure one of the company's own country."""
    return re.compile(any_of(table("places")["home"]["words"]), re.IGNORECASE)


@cache
def powertrain_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    """One pattern over all powertrain phrases, and the way from a group's name to the powertrain (or "")."""
    kinds = table("powertrains")
    entries = [(phrase, kind) for kind, phrases in kinds["kinds"].items() for phrase in phrases]
    entries += [(phrase, "") for phrase in kinds["none"]["words"]]
    entries.sort(key=lambda e: len(e[0]), reverse=True)
    names = {f"p{i}": kind for i, (_, kind) in enumerate(entries)}
    pattern = "|".join(f"(?P<p{i}>{phrase})" for i, (phrase, _) in enumerate(entries))
    return re.compile(rf"(?<![\w])(?:{pattern})(?!\w)", re.IGNORECASE), names


@cache
def bodies() -> list[tuple[re.Pattern[str], str]]:
    """Body-style patterns and their codes, in the order of the file."""
    return [
        (re.compile(rf"(?<!\w)(?:{row['text']})(?!\w)", re.IGNORECASE), row["code"]) for row in table("bodies")["body"]
    ]


@cache
def roles() -> list[tuple[re.Pattern[str], str]]:
    """Role patterns and the roles spelled out, in the order of the file."""
    return [(re.compile(row["text"], re.IGNORECASE), row["name"]) for row in table("roles")["role"]]


def role_name(text: str) -> str:
    """A role as the contract spells it: abbreviations resolved, "former" kept, anything else as the text has it."""
    text = " ".join(text.split())
    former = re.match(r"(?:former|ex-?|then|outgoing|current|new|incoming|long-time|global)[ -]", text, re.IGNORECASE)
    rest = text[former.end() :] if former else text
    prefix = "former " if former and former.group().lower().startswith(("former", "ex")) else ""
    for pattern, name in roles():
        if pattern.fullmatch(rest):
            return prefix + name
    return prefix + rest


@cache
def macros() -> dict[str, str]:
    """Every {name} that a rule's pattern may use, expanded to a regular expression."""
    classes = table("words")["classes"] | table("bonds")["classes"]
    phrases: dict[str, str] = table("bonds")["phrases"] | table("plants")["phrases"]
    words = {name: any_of(alternatives) for name, alternatives in classes.items()} | phrases
    role_texts = [row["text"] for row in table("roles")["role"]]
    one_role = (
        r"(?>(?:former |ex-|current |new |outgoing |incoming |interim |acting |co-|then |long-time )?(?>"
        + "|".join(role_texts)
        + r")(?!\w))"
    )
    open_role = table("roles")["open"]
    words["role"] = rf"(?<!\w)(?:{open_role}|{one_role})(?!\w)"
    words["techs"] = (
        r"(?:[a-z-]+ \(){0,1}{tech}\)?(?: \({tech}\))?(?: (?:updates|services|systems?|features|technology))?"
    )
    words["body"] = any_of([row["text"] for row in table("bodies")["body"]])
    words["nation"] = r"(?:(?<!\w)(?:" + "|".join(re.escape(a) for a in place_adjectives()) + r")(?!\w))"
    words["market"] = r"(?:(?<!\w)(?:" + "|".join(re.escape(a) for a in region_adjectives()) + r")(?!\w))"
    return words | placeholders()


ORGANIZATION_KINDS = frozenset(
    "Organization Automaker Alliance BatteryMaker Supplier JointVenture Publisher TechnologyCompany Brand".split()
)
PLACE_KINDS = frozenset("Place Country City Region Market".split())
KIND_LETTERS = {
    "Organization": "O", "Automaker": "O", "Alliance": "OA", "BatteryMaker": "O", "Supplier": "O", "JointVenture": "O",
    "Publisher": "U", "TechnologyCompany": "O", "Brand": "B", "VehicleModel": "V", "Platform": "P",
    "BatteryTechnology": "T", "Plant": "F", "Plan": "S", "Place": "L", "Country": "L", "City": "L", "Region": "L",
    "Market": "L", "Person": "H", "Role": "", "Technology": "K",
}  # fmt: skip


def placeholders() -> dict[str, str]:
    """The macros that stand for an annotated name, number or date."""

    def named(letters: str) -> str:
        return rf"‹[A-Z]*[{letters}][A-Z]*#\d+›"

    found = {
        "org": named("OB"), "company": named("O"), "alliance": named("A"), "brand": named("B"), "model": named("V"),
        "platform": named("P"), "battery": named("T"), "plant": named("F"), "plan": named("S"), "place": named("L"),
        "person": named("H"), "tech": named("K"), "outlet": named("U"), "any": r"‹[^›]*›", "when": r"‹when#\d+›",
    }  # fmt: skip
    for unit in ("money", "percent", "GWh", "kWh", "distance", "volt", "kW", "min", "n", "ordinal"):
        found[unit] = rf"‹{unit}#\d+›"
    found["name"] = (
        r"(?:(?-i:(?:[A-Z]\.){1,3}|[A-Z][\w’'-]+)"
        r"(?: (?:(?:de|van|von|der|la|di|al|bin) )*(?-i:[A-Z])[\w’'.-]*(?<!')){1,3})"
    )
    # a person's whole name, whose words are capitalised, not in capitals: "Catharina Modahl Nilsson", "Choi Yoon-ho"
    given = r"(?!{unnamed})[^\W\d_a-zß-ÿ][^\W\d_]*(?:['’][A-Z])?[^\W\d_]*[a-zß-ž](?:-[^\W\d_]+)*(?![\w’'-]*\d)"
    found["fullname"] = (
        rf"(?-i:{given}(?: [A-Z]\.)?(?: (?:(?:van|von|de|der|den|di|da|del|la|le|bin|al|ten|dos|zu) )*{given}){{1,3}})"
    )
    found["capitals"] = (  # a run of capitalised words, as places bear them: "Mo i Rana", "San José dos Pinhais"
        r"(?-i:[^\W\d_a-zß-ÿ][\w'’.-]*"
        r"(?:[ -](?:(?:de|del|da|do|dos|la|le|am|an|der|i|upon|on|sur|of|el) ){0,2}[^\W\d_a-zß-ÿ][\w'’-]*){0,3})"
    )
    found["orgs"] = r"(?:{org}(?:{list}(?:the |its )?{org})*)"
    lead = r"(?:(?:the|its|an?|new|all-new|electric|larger|smaller) ){0,3}(?:‹[A-Z]*B[A-Z]*#\d+›'s )?"
    found["models"] = rf"(?:{{model}}(?:(?:, {lead}{{model}})*(?:,? (?:and|or|plus|as well as) |/){lead}{{model}})?)"
    nouns = any_of(table("syntax")["cars"]["nouns"])
    compared = any_of(table("syntax")["cars"]["compared"])
    found["it"] = (  # what goes back to a car, where it opens a clause
        rf"(?:(?:^|(?<=[.;:,(–] )|(?<=and )|(?<=but )|(?<=while )|(?<=that )|(?<=said )|(?<=when ))"
        rf"(?:it|they|both(?: of them)?|all three"
        rf"|(?:the|this|both) (?:(?!{compared}|(?:will|is) )[\w-]+ ){{0,2}}?{nouns})(?![\w'-]))"
    )
    found["car"] = r"(?:{models}|{it})"
    found["platforms"] = r"(?:{platform}(?:{list}(?:the )?{platform})*)"
    # what may stand before a company's name: "South Korea's", "the Chinese battery maker", "BYD's subsidiary"
    found["via"] = (
        r"(?:(?:{place}'s|{org}'s|(?!(?:and|or|but|with|from|to|by|for|in|at|on|of)\b)[a-z-]+(?:'s)?) ){0,5}?"
    )
    found["gap"] = r"[^.;]{0,60}?"
    found["wide"] = r"[^;]{0,140}?"
    found["list"] = r"(?:, and |, or |, | and | or |/|, as well as | as well as |, plus )"
    return found
