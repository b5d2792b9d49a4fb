"""What may be claimed of what, by the vocabulary, fits what the reviewed claims of the shipped documents say."""

from __future__ import annotations

import json

from graph.paths import DOCUMENTS
from graph.register import Register, load_register
from graph.vocabulary import Kinds, Vocabulary, ontology_files, vocabulary


def misfit(known: Vocabulary, register: Register, name: str, allowed: Kinds) -> str | None:
    entity = register.resolve(name)
    if entity is None or not allowed or any(known.above(kind) & allowed for kind in entity.kinds):
        return None
    return f"{name} is {', '.join(sorted(entity.kinds))}, not {', '.join(sorted(allowed))}"


def test_subjects_and_objects_are_of_the_kinds_that_the_property_takes() -> None:
    known, register = vocabulary(), load_register()
    found = set()
    for path in sorted(DOCUMENTS.glob("*.review.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:] if line]
        for claim in (row["claim"] for row in rows if row["decision"] != "reject"):
            name = claim["property"]
            sides = [(claim["subject"], known.domains[name])]
            if "object" in claim:
                sides.append((claim["object"], known.ranges[name]))
            wrong = [text for side, allowed in sides if (text := misfit(known, register, side, allowed))]
            found |= {f"{path.name}: {name}: {text}" for text in wrong}
    assert not found


def test_the_build_reads_every_turtle_file_of_the_ontology() -> None:
    assert {path.name for path in ontology_files()} >= {"evplans.ttl", "codes.ttl", "prov.ttl", "wikidata.ttl"}
