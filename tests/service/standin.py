"""A stand-in for Wikidata on loopback: our linked things as it might describe them, among thousands that are like them.

Labels differ from ours as they do there: legal forms, other languages, no accents, few aliases, facts that are missing.
It misbehaves on request. Everything is drawn by a generator seeded with the thing's name, so it is the same each time.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from graph.namespaces import RDFS, SKOS, XSD
from graph.register import Entity, Register, load_register

WD, WDT, ABOUT = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/direct/", "http://schema.org/"
GIVEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
ORDER = ("VehicleModel", "Automaker", "Brand", "Country", "City", "Region", "Market", "Person", "Plant")
LINKED = 5_000  # entities, at least


@dataclass
class World:
    """The graph under construction, and the number of the next item that is made up."""

    quads: list[Quad] = field(default_factory=list)
    number: int = 900_000_000
    items: dict[str, str] = field(default_factory=dict)

    def new(self) -> str:
        self.number += 1
        return f"Q{self.number}"

    def say(self, item: str, predicate: str, *terms: NamedNode | Literal) -> None:
        self.quads += [Quad(NamedNode(WD + item), NamedNode(predicate), term) for term in terms]

    def describe(self, item: str, label: str, kind: str, text: str = "", aliases: Iterable[str] = ()) -> None:
        """The common part of every item."""
        self.say(item, RDFS + "label", *(Literal(label, language=tag) for tag in ("en", "mul")))
        self.say(item, SKOS + "altLabel", *(Literal(alias, language="en") for alias in aliases))
        self.say(item, WDT + "P31", NamedNode(WD + kind))
        if text:
            self.say(item, ABOUT + "description", Literal(text, language="en"))

    def name(self, text: str, kind: str) -> str:
        """The item of something that others refer to, such as a country; made when it is first needed."""
        if text not in self.items:
            self.items[text] = self.new()
            self.describe(self.items[text], text, kind)
        return self.items[text]


def linked(register: Register) -> dict[str, str]:
    """The Wikidata item of each of our linked things, by slug."""
    return {
        e.slug: next(iri for rel, iri in e.links if iri.startswith(WD) and rel == "exactMatch").removeprefix(WD)
        for e in register.entities.values()
        if any(iri.startswith(WD) and rel == "exactMatch" for rel, iri in e.links)
    }


@cache
def world() -> World:
    """The whole graph."""
    register, made = load_register(), World()
    for one, above in GIVEN["classes"].items():
        made.say(one, WDT + "P279", NamedNode(WD + above))
    items = linked(register)
    for slug, item in items.items():
        made.items.setdefault(register[slug].name, item)
    told: set[str] = set()
    for slug, item in items.items():
        if item not in told:
            told.add(item)
            _linked(made, register, register[slug], item)
        _namesakes(made, register[slug])
    for given in GIVEN["hard"]:
        item = made.new()
        made.describe(item, given["label"], given["type"], given["description"], given.get("aliases", ()))
        if "country" in given:
            made.say(item, WDT + "P17", NamedNode(WD + made.name(given["country"], "Q6256")))
    _near(made, [register[slug].name for slug in items])
    return made


def _linked(made: World, register: Register, entity: Entity, item: str) -> None:
    """One of our things as the stand-in knows it."""
    rng = random.Random(f"linked {entity.slug}")
    kind = next((k for k in ORDER if k in entity.kinds), min(entity.kinds))
    label, text = _label(rng, register, entity, kind), _text(rng, register, entity, kind)
    aliases = [name for name in (entity.name, *entity.aliases) if rng.random() < 0.4 and name != label]
    made.describe(item, label, rng.choice(GIVEN["types"].get(kind, ["Q4830453"])), text, aliases)
    if rng.random() < 0.5:
        made.say(item, RDFS + "label", *(Literal(entity.name, language=tag) for tag in ("de", "fr")))
    for alias in entity.aliases:
        if not alias.isascii() and "぀" <= alias[0] <= "鿿":
            made.say(item, RDFS + "label", Literal(alias, language="ja"))
    country = entity.country or next((register[p].country for p in entity.parents if register[p].country), None)
    if country and rng.random() < 0.7:
        wrong = rng.random() < 0.05
        name = "Bermuda" if wrong else register[country].name
        made.say(item, WDT + ("P495" if kind == "VehicleModel" else "P17"), NamedNode(WD + made.name(name, "Q6256")))
    for place in entity.within:
        made.say(item, WDT + "P17", NamedNode(WD + made.name(register[place].name, "Q6256")))
    for parent in entity.parents:
        if rng.random() < 0.75:
            predicate = "P176" if kind == "VehicleModel" else rng.choice(["P127", "P749"])
            made.say(item, WDT + predicate, NamedNode(WD + made.name(register[parent].name, "Q786820")))
    if rng.random() < 0.5:
        made.say(item, WDT + "P571", Literal(f"{rng.randint(1900, 2020)}-01-01T00:00:00Z", datatype=_TIME))


_TIME = NamedNode(XSD + "dateTime")


def _label(rng: random.Random, register: Register, entity: Entity, kind: str) -> str:
    owners = [register[p].name for p in entity.parents]
    short = next((entity.name.removeprefix(o + " ") for o in owners if entity.name.startswith(o + " ")), entity.name)
    return rng.choice(GIVEN["labels"].get(kind, ["{name}"])).format(
        name=entity.name, short=short, plain=plain(entity.name), nodash=entity.name.replace("-", " ")
    )


def _text(rng: random.Random, register: Register, entity: Entity, kind: str) -> str:
    if rng.random() < 0.2:
        return ""
    owner = register[entity.parents[0]].name if entity.parents else ""
    country = register[entity.country].name if entity.country else "the world"
    if kind == "VehicleModel":
        return rng.choice(["automobile", "car model", f"motor vehicle by {owner}", f"passenger car made by {owner}"])
    if kind in {"Automaker", "Brand"}:
        return rng.choice([f"automobile manufacturer of {country}", "car brand", f"company from {country}"])
    return {"City": "city", "Country": "sovereign state", "Person": "businessperson"}.get(kind, "")


def _namesakes(made: World, entity: Entity) -> None:
    """Other things of the same name: some of another kind altogether, some so near that they are easily mistaken."""
    rng = random.Random(f"namesakes {entity.slug}")
    short = entity.name.split(" ", 1)[-1]
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        kind, label, text = GIVEN["namesakes"][rng.choice(sorted(GIVEN["namesakes"]))]
        name = rng.choice([entity.name, short])
        filled = {"name": name, "year": rng.randint(1920, 2020), "country": rng.choice(["Peru", "Norway", "India"])}
        made.describe(made.new(), label.format(**filled), kind, text.format(**filled))
    if "VehicleModel" in entity.kinds and rng.random() < 0.5:
        item = made.new()
        generation = rng.choice(["I", "II", "Mk3", "(second generation)", "Sport", "Concept"])
        aliases = [entity.name] if rng.random() < 0.15 else []
        made.describe(item, f"{entity.name} {generation}", "Q3231690", "automobile", aliases)
        for parent in entity.parents[:1]:
            made.say(item, WDT + "P176", NamedNode(WD + made.items.get(parent, made.name(parent.title(), "Q786820"))))
    if "Automaker" in entity.kinds and rng.random() < 0.1:
        made.describe(made.new(), entity.name, "Q431289", "car brand")


def _near(made: World, names: list[str]) -> None:
    """Things with names near ours until there are enough."""
    rng = random.Random("near")
    near = GIVEN["near"]
    while made.number - 900_000_000 < LINKED:
        word = rng.choice(rng.choice(names).split())
        person, thing = f"{rng.choice(near['first'])} {word}", f"{word} {rng.choice(near['endings'])}"
        at = rng.randrange(len(word))
        typo = word[:at] + rng.choice("aeioulnrst") + word[at + 1 :]
        label, kind, text = rng.choice([
            (person, "Q5", "person"), (thing, "Q4830453", "company"), (typo, "Q486972", "village"),
            (typo, "Q101352", "family name"), (f"The {word}", "Q11424", "film"),
        ])  # fmt: skip
        made.describe(made.new(), label, kind, text)


def plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


# ---- The server


@dataclass
class StandIn:
    """A SPARQL endpoint over a store. `faults` are taken one for each request, from the left; then it behaves."""

    store: Store
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    address: str = ""
    patience: float = 3.0  # seconds that a slow answer takes
    most: int = 1 << 30  # characters of a query; the answer to a longer one is cut off

    def __call__(self, environ: dict, start_response) -> list[bytes]:  # type: ignore[no-untyped-def, type-arg]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode()
        self.agents.add(environ.get("HTTP_USER_AGENT", ""))
        if environ["PATH_INFO"] != "/sparql":
            start_response("404 Not Found", [("Content-Type", "text/html")])
            return [b"<h1>Not here</h1>"]
        sent_alone = environ.get("CONTENT_TYPE", "").startswith("application/sparql-query")
        query = body if sent_alone else parse_qs(body or environ.get("QUERY_STRING", "")).get("query", [""])[0]
        self.asked.append(query)
        fault = "cut" if len(query) > self.most else self.faults.pop(0) if self.faults else ""
        status, kind, body, more = self._answer(fault, query)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *more])
        return [body]

    def _answer(self, fault: str, query: str) -> tuple[str, str, bytes, list[tuple[str, str]]]:
        if fault in {"429", "503"}:
            return f"{fault} Busy", "text/plain", b"later", [("Retry-After", "7")]
        if fault == "429-long":
            return "429 Busy", "text/plain", b"tomorrow", [("Retry-After", "86400")]
        if fault == "500":
            return "500 Broken", "text/plain", b"java.lang.Error", []
        if fault == "html":
            return "200 OK", "text/html", b"<html>Welcome</html>", []
        if fault == "redirect":
            return "301 Moved", "text/html", b"", [("Location", self.address.replace("/sparql", "/elsewhere"))]
        if fault == "slow":
            time.sleep(self.patience)
        try:
            found = self.store.query(query)
            assert isinstance(found, QuerySolutions)
            body = found.serialize(format=QueryResultsFormat.JSON) or b""
        except (SyntaxError, ValueError, AssertionError) as error:
            return "400 Bad Request", "text/plain", str(error).encode(), []
        if fault == "cut":
            body = body[: len(body) // 2]
        if fault == "boolean":
            body = json.dumps({"head": {}, "boolean": True}).encode()
        kind = "text/csv" if fault == "type" else "application/sparql-results+json"
        return "200 OK", kind, body, []


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(store: Store, port: int = 0) -> Iterator[StandIn]:
    """The stand-in on loopback, at `address`."""
    standin = StandIn(store)
    with make_server("127.0.0.1", port, standin, server_class=_Server, handler_class=_Silent) as server:
        standin.address = f"http://127.0.0.1:{server.server_port}/sparql"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield standin
        finally:
            server.shutdown()


def wikidata() -> Store:
    """A store with the whole graph."""
    store = Store()
    store.bulk_extend(world().quads)
    return store


if __name__ == "__main__":  # evplans link --to wikidata, with the arguments given, asked of the stand-in
    with serving(wikidata()) as standin:
        command = [sys.executable, "-m", "service.cli", "link", "--to", "wikidata", "--endpoint", standin.address]
        sys.exit(subprocess.run([*command, *sys.argv[1:]]).returncode)
