"""IRIs: what a thing is called, from its name to its address (DESIGN: identity).

The vocabulary and its codes keep their address whatever the base; entities, documents, claims and graphs move with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

DEFAULT_BASE = "https://w3id.org/evplans/"
ONTOLOGY = DEFAULT_BASE + "ontology"
EV = ONTOLOGY + "#"
CODE = DEFAULT_BASE + "code/"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
SH = "http://www.w3.org/ns/shacl#"
QUDT = "http://qudt.org/schema/qudt/"
UNIT = "http://qudt.org/vocab/unit/"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
SCHEMA = "https://schema.org/"

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "&": " and "})


def slug(name: str) -> str:
    """The part of an IRI that stands for a name: `Renault Mégane E-Tech` becomes `renault-megane-e-tech`.

    A plus sign is spelt out, since `P7` and `P7+` are two cars. Letters outside the Latin script are kept.
    """
    text = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS)).replace("+", " plus ")
    kept = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", kept).casefold()).strip("-")


@dataclass(frozen=True, slots=True)
class Namespace:
    """The IRIs of one dataset, all under `base` (which ends in a slash)."""

    base: str = DEFAULT_BASE

    def entity(self, slug: str) -> str:
        return f"{self.base}id/{slug}"

    def document(self, slug: str) -> str:
        return f"{self.base}document/{slug}"

    def claim(self, digest: str) -> str:
        return f"{self.base}claim/{digest}"

    def graph(self, name: str) -> str:
        return f"{self.base}graph/{name}"

    def disagreement(self, digest: str) -> str:
        return f"{self.base}disagreement/{digest}"

    def rule(self, rule: str) -> str:
        return f"{self.base}rule/{rule}"

    def rate(self, currency: str, year: int) -> str:
        return f"{self.base}rate/{currency}-{year}"

    @property
    def rates(self) -> str:
        """What the IRIs of exchange rates begin with."""
        return f"{self.base}rate/"

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefix to namespace, as queries, pages and serialisations use them.

        DBpedia has none: its names may end in a full stop, whose escape in a prefixed name not every reader takes.
        """
        return {
            "ev": EV,
            "id": f"{self.base}id/",
            "doc": f"{self.base}document/",
            "claim": f"{self.base}claim/",
            "graph": f"{self.base}graph/",
            "code": CODE,
            "rdf": RDF,
            "rdfs": RDFS,
            "owl": OWL,
            "xsd": XSD,
            "skos": SKOS,
            "dct": DCT,
            "prov": PROV,
            "oa": OA,
            "sh": SH,
            "qudt": QUDT,
            "unit": UNIT,
            "void": VOID,
            "dcat": DCAT,
            "schema": SCHEMA,
            "wd": "http://www.wikidata.org/entity/",
            "gn": "https://sws.geonames.org/",
        }
