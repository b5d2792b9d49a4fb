"""Made-up documents in several styles with the claims that they make, for measuring growth.

They tell of a made-up world that is the same for each seed: what is true of a maker or a model in it is decided once,
and most documents say that. A few say something else, as documents do, so that there are disagreements to find.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graph.claims import Claim, to_json_lines
from graph.register import Register

STATEMENTS = 25  # claims in a document
MISTAKEN = 0.03  # share of statements that differ from what is true in the made-up world
FILLER = 0.15  # sentences without a claim for each that has one


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A document and what it claims."""

    slug: str
    text: str
    claims: tuple[Claim, ...]

    def write(self, folder: Path) -> None:
        """Write the document, and its claims beside it."""
        (folder / f"{self.slug}.md").write_text(self.text, encoding="utf-8")
        (folder / f"{self.slug}.claims.jsonl").write_text(to_json_lines(self.claims), encoding="utf-8")


def documents(number: int, register: Register, seed: int = 1) -> Iterator[MadeUp]:
    """That many documents; the same for the same register and seed, and the first ones whatever the number."""
    makers = _makers(register)
    for index in range(number):
        yield _document(index, makers, random.Random(f"{seed} {index}"), seed)  # noqa: S311 not for secrets


def _makers(register: Register) -> dict[str, list[str]]:
    """Makers that have models, with them. A name of a single word may be anything, so such models are left out."""
    owned: dict[str, list[str]] = {}
    for entity in register.entities.values():
        if "VehicleModel" in entity.kinds and len(entity.name.split()) > 1:
            for parent in entity.parents:
                owned.setdefault(parent, []).append(entity.name)
    makers = {register.entities[slug].name: sorted(names) for slug, names in owned.items() if slug in register.entities}
    return dict(sorted(makers.items()))


def _document(index: int, makers: dict[str, list[str]], dice: random.Random, seed: int) -> MadeUp:
    told = _data()
    slug, style = f"made-up-{index:06}", dice.choice(told["style"])
    named = dice.sample(sorted(makers), k=3)
    text = _front_matter(named[0], dice, told) + style["opening"].format(city="Turin")
    claims: list[Claim] = []
    for number in range(STATEMENTS):
        if number:
            breaks = style["paragraph"] and number % style["paragraph"] == 0
            text += "\n\n" if breaks else style["between"]
        if dice.random() < FILLER:
            text += dice.choice(told["filler"]) + style["between"]
        sentence, row = _statement(dice.choice(named), makers, dice, seed)
        start = len(text)
        text += sentence
        claims.append(Claim(document=slug, quote=sentence, start_char=start, end_char=len(text), **row))
    return MadeUp(slug, text + "\n", tuple(claims))


def _front_matter(maker: str, dice: random.Random, told: dict[str, Any]) -> str:
    title = dice.choice(told["title"]).format(maker=maker)
    day = f"{dice.randint(2021, 2026)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    return f'---\ntitle: "{title}"\npublisher: {dice.choice(told["publisher"])}\ndate: {day}\nlanguage: en\n---\n\n'


def _statement(maker: str, makers: dict[str, list[str]], dice: random.Random, seed: int) -> tuple[str, dict[str, Any]]:
    """A sentence, and the fields of the claim that it makes."""
    kind = dice.choice(_data()["statement"])
    model = dice.choice(makers[maker])
    claim = kind["claim"]
    subject = {"maker": maker, "model": model}[claim["subject"]]
    slots = {"year": dice.randint(*kind["slots"]["year"])} if "year" in kind["slots"] else {}
    if claim["property"] in {"launch", "carbonNeutrality"}:
        slots["year"] = _true(kind["slots"]["year"], f"{seed} {subject} {claim['property']}", dice)
    if "n" in kind["slots"]:
        slots["n"] = _true(kind["slots"]["n"], f"{seed} {subject} {claim['property']} {slots.get('year')}", dice)
    wording = dice.randrange(len(kind["wordings"]))
    row = {name: value for name, value in claim.items() if name not in {"subject", "value", "end"}}
    row["subject"] = subject
    if "value" in claim:
        row["value"] = slots["n"] * kind.get("scale", 1)
    if "end" in claim:
        row["end"] = str(slots["year"])
    if kind.get("bounds", ["exact"] * 9)[wording] != "exact":
        row["bound"] = kind["bounds"][wording]
    return kind["wordings"][wording].format(maker=maker, model=model, **slots), row


def _true(limits: list[int], what: str, dice: random.Random) -> int:
    """What is so in the made-up world, or now and then something else."""
    low, high = limits
    if dice.random() < MISTAKEN:
        return dice.randint(low, high)
    return random.Random(what).randint(low, high)  # noqa: S311 not for secrets


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("documents.toml").read_text(encoding="utf-8"))
