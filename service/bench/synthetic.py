"""A dataset of any size in this project's own shape: documents, claims with their evidence, entities, facts.

It is written as a build, so that `evplans serve` serves it, and as one N-Quads file, so that peers can load it. The
same size and seed give the same bytes. Every name follows from a number, so that queries need not read it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from graph.draft import dump_name
from graph.namespaces import CODE, DCT, EV, OA, PROV, RDF, RDFS, SKOS, UNIT, XSD, Namespace

NAMES = Namespace()
CLAIMS_EACH = 15  # claims of a document
FIRST_YEAR, LAST_YEAR = 2024, 2040  # of deadlines
PUBLISHERS = 40
COUNTRIES = 30
RELATIONS = {"makesModel": "model", "usesPlatform": "platform", "hasPlan": "plan", "partnersWith": "maker"}
QUANTITIES = {
    "investment": (f"{UNIT}CCY_EUR", 50_000_000, 200),
    "modelCount": (f"{CODE}unit/models", 1, 60),
    "salesShare": (f"{UNIT}PERCENT", 1, 100),
    "productionCapacity": (f"{CODE}unit/vehicles-per-year", 10_000, 80),
    "drivingRange": (f"{UNIT}KiloM", 10, 90),
    "price": (f"{UNIT}CCY_EUR", 1_000, 90),
}  # property: unit, step, steps
PROPERTIES = (*RELATIONS, *QUANTITIES)
MODALITIES = ("fact", "plan", "plan", "report")
POWERTRAINS = ("battery-electric", "plug-in-hybrid", "fuel-cell", "hybrid")
WORDS = (
    "will by the end of decade launch new electric models in its home market and abroad while costs fall plant battery "
    "supply partner platform range charging network investment target share sales production capacity joint venture"
).split()
DOLLARS = 1.08  # of a euro


@dataclass(frozen=True, slots=True)
class Shape:
    """How many things of each kind a dataset of about `quads` quads has."""

    quads: int
    seed: int = 1

    @property
    def makers(self) -> int:
        return max(4, self.quads // 2000)

    @property
    def models(self) -> int:
        return self.makers * 10

    @property
    def platforms(self) -> int:
        return max(3, self.makers // 2)

    def claim(self, document: int, number: int) -> str:
        """The IRI of a document's claim."""
        return NAMES.claim(hashlib.sha1(f"{self.seed}.{document}.{number}".encode()).hexdigest()[:20])  # noqa: S324


@dataclass
class Dataset:
    """A synthetic dataset on disk: a data folder with one build, and all of its quads in one file."""

    data: Path
    file: Path
    shape: Shape
    documents: int
    quads: int

    @cached_property
    def build(self) -> Path:
        return (self.data / "current").resolve()


@dataclass
class _Sums:
    """What the claims of all documents add up to."""

    facts: dict[str, None] = field(default_factory=dict)
    derived: list[str] = field(default_factory=list)
    values: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)


def make(folder: Path, quads: int, seed: int = 1) -> Dataset:
    """Write a dataset of at least `quads` quads under `folder`, as a build without its store, and make it current."""
    shape = Shape(quads, seed)
    home = folder / "builds" / "draft"
    for name in ("dumps", "documents"):
        (home / name).mkdir(parents=True)
    file = folder / "all.nq"
    graphs: dict[str, dict[str, Any]] = {}
    with file.open("w", encoding="utf-8") as out:
        documents = _write(shape, home / "dumps", out, graphs)
    total = sum(g["quads"] for g in graphs.values())
    build = hashlib.sha256("".join(f"{n} {graphs[n]['digest']}\n" for n in sorted(graphs)).encode()).hexdigest()[:16]
    counts = {"documents": documents, "claims": documents * CLAIMS_EACH, "quads": total}
    counts |= {"facts": graphs[NAMES.graph("facts")]["quads"], "entities": shape.makers + shape.models}
    counts |= {"disagreements": 0, "revisions": 0}
    manifest = {"build": build, "base": NAMES.base, "graphs": graphs, "counts": counts, "documents": {}}
    (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    home.rename(home.with_name(build))
    (folder / "current").symlink_to(Path("builds") / build)
    return Dataset(folder, file, shape, documents, total)


def _write(shape: Shape, dumps: Path, out: IO[str], graphs: dict[str, dict[str, Any]]) -> int:
    """Write every graph; returns the number of documents."""
    sums = _Sums()
    total = _graph(NAMES.graph("register"), _register(shape), dumps, out, graphs)
    documents = 0
    while documents == 0 or total + len(sums.facts) + len(sums.derived) < shape.quads:
        total += _graph(NAMES.document(f"paper-{documents}"), _document(shape, documents, sums), dumps, out, graphs)
        documents += 1
    _graph(NAMES.graph("facts"), sums.facts, dumps, out, graphs)
    _graph(NAMES.graph("derived"), sums.derived, dumps, out, graphs)
    return documents


def _graph(name: str, triples: Iterable[str], dumps: Path, out: IO[str], graphs: dict[str, dict[str, Any]]) -> int:
    lines = [f"{triple} <{name}> .\n" for triple in triples]
    text = "".join(lines)
    out.write(text)
    (dumps / dump_name(name, NAMES.base)).write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    graphs[name] = {"quads": len(lines), "digest": hashlib.sha256(text.encode()).hexdigest()}
    return len(lines)


def _register(shape: Shape) -> Iterator[str]:
    """Makers with their models and platforms, publishers and countries."""
    for i in range(shape.makers):
        yield from _entity(f"maker-{i}", "Automaker", f"Maker {i}", None)
        yield f"<{NAMES.entity(f'maker-{i}')}> <{EV}homeCountry> <{NAMES.entity(f'country-{i % COUNTRIES}')}>"
        yield from _entity(f"plan-{i}", "Plan", f"Plan {i} of Maker {i}", f"maker-{i}")
    for i in range(shape.models):
        yield from _entity(f"model-{i}", "VehicleModel", f"Model {i}", f"maker-{i % shape.makers}")
    for i in range(shape.platforms):
        yield from _entity(f"platform-{i}", "Platform", f"Platform {i}", f"maker-{i % shape.makers}")
    for i in range(PUBLISHERS):
        yield from _entity(f"publisher-{i}", "Publisher", f"Publisher {i}", None)
    for i in range(COUNTRIES):
        yield from _entity(f"country-{i}", "Country", f"Country {i}", None)


def _entity(slug: str, kind: str, label: str, parent: str | None) -> Iterator[str]:
    node = f"<{NAMES.entity(slug)}>"
    yield f"{node} <{RDF}type> <{EV}{kind}>"
    yield f'{node} <{SKOS}prefLabel> "{label}"@en'
    yield f'{node} <{SKOS}altLabel> "{label}, Inc."'
    yield f"{node} <{SKOS}exactMatch> <http://www.wikidata.org/entity/Q{int(hashlib.md5(slug.encode()).hexdigest()[:6], 16)}>"  # noqa: E501, S324
    if parent:
        yield f"{node} <{EV}parent> <{NAMES.entity(parent)}>"


def _document(shape: Shape, number: int, sums: _Sums) -> Iterator[str]:
    dice = random.Random(f"{shape.seed}.{number}")  # noqa: S311 the same numbers each time are the point
    home = f"<{NAMES.document(f'paper-{number}')}>"
    year = dice.randint(2018, 2025)
    publisher = NAMES.entity(f"publisher-{dice.randrange(PUBLISHERS)}")
    yield f"{home} <{RDF}type> <{EV}Document>"
    yield f'{home} <{DCT}title> "{_sentence(dice, 6)}, part {number}"@en'
    yield f'{home} <{DCT}issued> "{year}-{dice.randint(1, 12):02}"^^<{XSD}gYearMonth>'
    yield f'{home} <{EV}issuedYear> "{year}"^^<{XSD}integer>'
    yield f"{home} <{DCT}publisher> <{publisher}>"
    yield f'{home} <{DCT}language> "en"'
    yield f'{home} <{DCT}format> "text/markdown"'
    yield f'{home} <{EV}digest> "{dice.getrandbits(256):064x}"'
    maker = int(shape.makers * dice.random() ** 2)  # a few makers are in many papers
    for i in range(CLAIMS_EACH):
        yield from _claim(shape, shape.claim(number, i), home, maker, dice, sums)


def _claim(shape: Shape, iri: str, home: str, maker: int, dice: random.Random, sums: _Sums) -> Iterator[str]:
    node, name = f"<{iri}>", dice.choice(PROPERTIES)
    modality, powertrain = dice.choice(MODALITIES), dice.choice(POWERTRAINS)
    end = dice.randint(FIRST_YEAR, LAST_YEAR)
    subject = NAMES.entity(_subject(shape, name, maker, dice))
    yield f"{node} <{RDF}type> <{EV}Claim>"
    yield f'{node} <{RDFS}label> "{_sentence(dice, 8)}"@en'
    yield f"{node} <{EV}property> <{EV}{name}>"
    yield f"{node} <{EV}subject> <{subject}>"
    yield f"{node} <{EV}modality> <{CODE}modality/{modality}>"
    yield f"{node} <{EV}powertrain> <{CODE}powertrain/{powertrain}>"
    yield f"{node} <{EV}reviewState> <{CODE}review-state/unreviewed>"
    yield f"{node} <{EV}origin> <{CODE}origin/extracted>"
    yield f'{node} <{EV}confidence> "0.{dice.randint(50, 99)}"^^<{XSD}decimal>'
    yield f"{node} <{EV}rule> <{NAMES.rule(name)}>"
    yield f'{node} <{EV}end> "{end}"^^<{XSD}gYear>'
    yield f'{node} <{EV}endYear> "{end}"^^<{XSD}integer>'
    sums.derived.append(f"{node} <{EV}speaker> <{subject}>")
    if name in RELATIONS:
        thing = NAMES.entity(_object(shape, name, maker, dice))
        yield f"{node} <{EV}object> <{thing}>"
        if modality == "fact":
            sums.facts[f"<{subject}> <{EV}{name}> <{thing}>"] = None
    else:
        yield from _quantity(node, subject, name, dice, sums)
    yield f"{node} <{PROV}wasDerivedFrom> {home}"
    yield f"{node} <{EV}evidence> <{iri}#evidence>"
    yield from _evidence(iri, home, dice)


def _subject(shape: Shape, name: str, maker: int, dice: random.Random) -> str:
    if name in {"drivingRange", "price", "usesPlatform"}:
        return f"model-{maker + shape.makers * dice.randrange(10)}"
    return f"maker-{maker}"


def _object(shape: Shape, name: str, maker: int, dice: random.Random) -> str:
    match RELATIONS[name]:
        case "model":
            return f"model-{maker + shape.makers * dice.randrange(10)}"
        case "platform":
            return f"platform-{(maker + dice.randrange(3)) % shape.platforms}"
        case "plan":
            return f"plan-{maker}"
    return f"maker-{dice.randrange(shape.makers)}"


def _quantity(node: str, subject: str, name: str, dice: random.Random, sums: _Sums) -> Iterator[str]:
    unit, step, steps = QUANTITIES[name]
    value = step * dice.randint(1, steps)
    yield f'{node} <{EV}value> "{value}"^^<{XSD}integer>'
    yield f"{node} <{EV}unit> <{unit}>"
    yield f"{node} <{EV}bound> <{CODE}bound/exact>"
    sums.derived.append(f'{node} <{EV}lowerValue> "{value}"^^<{XSD}decimal>')
    sums.derived.append(f'{node} <{EV}upperValue> "{value}"^^<{XSD}decimal>')
    if name == "investment":
        sums.derived.append(f'{node} <{EV}amountInUSD> "{round(value * DOLLARS)}"^^<{XSD}decimal>')
    other, before = sums.values.get((subject, name), ("", value))
    if before != value:
        sums.derived += _disagreement(node, other, subject, name, abs(value - before))
    sums.values[subject, name] = node, value


def _disagreement(node: str, other: str, subject: str, name: str, difference: int) -> Iterator[str]:
    between = f"<{NAMES.disagreement(hashlib.sha1(f'{other}{node}'.encode()).hexdigest()[:20])}>"  # noqa: S324
    yield f"{between} <{RDF}type> <{EV}Disagreement>"
    yield f"{between} <{RDF}type> <{EV}ValueDisagreement>"
    yield f"{between} <{EV}involves> {other}"
    yield f"{between} <{EV}involves> {node}"
    yield f"{between} <{EV}subject> <{subject}>"
    yield f"{between} <{EV}property> <{EV}{name}>"
    yield f'{between} <{EV}difference> "{difference}"^^<{XSD}integer>'


def _evidence(iri: str, home: str, dice: random.Random) -> Iterator[str]:
    start = dice.randrange(5000)
    yield f"<{iri}#evidence> <{RDF}type> <{OA}SpecificResource>"
    yield f"<{iri}#evidence> <{RDF}type> <{EV}Evidence>"
    yield f"<{iri}#evidence> <{OA}hasSource> {home}"
    yield f"<{iri}#evidence> <{OA}hasSelector> <{iri}#quote>"
    yield f"<{iri}#evidence> <{OA}hasSelector> <{iri}#position>"
    yield f"<{iri}#quote> <{RDF}type> <{OA}TextQuoteSelector>"
    yield f'<{iri}#quote> <{OA}exact> "{_sentence(dice, 12)}"'
    yield f"<{iri}#position> <{RDF}type> <{OA}TextPositionSelector>"
    yield f'<{iri}#position> <{OA}start> "{start}"^^<{XSD}integer>'
    yield f'<{iri}#position> <{OA}end> "{start + 80}"^^<{XSD}integer>'


def _sentence(dice: random.Random, length: int) -> str:
    return " ".join(dice.choices(WORDS, k=length))
