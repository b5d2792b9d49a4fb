"""How many of the names that gold claims are about the reader recognises, by kind, before any rule is tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from graph.claims import Claim
from graph.extraction.mentions import ORGANIZATION_KINDS, PLACE_KINDS
from graph.extraction.model import Mention
from graph.register import Register

KINDS: Mapping[str, frozenset[str]] = {
    "alliance": frozenset({"Alliance"}), "organization": ORGANIZATION_KINDS - {"Brand"},
    "brand": frozenset({"Brand"}), "model": frozenset({"VehicleModel"}),
    "battery": frozenset({"BatteryTechnology"}), "platform": frozenset({"Platform"}), "plan": frozenset({"Plan"}),
    "person": frozenset({"Person"}), "technology": frozenset({"Technology"}), "place": PLACE_KINDS,
}  # fmt: skip
OBJECTS = {
    "memberOf": "alliance", "hasBrand": "brand", "makesModel": "model", "usesPlatform": "platform",
    "developsPlatform": "platform", "developsBattery": "battery", "usesBattery": "battery", "hasPlan": "plan",
    "locatedIn": "place", "offersTechnology": "technology",
}  # fmt: skip
SUBJECTS = {"holdsRole": "person", "bodyStyle": "model", "price": "model", "power": "model", "usesBattery": "model"}
APART = "plant"  # what plants are called is made up from their owner and place
Ends = dict[tuple[str, str], str]


def ends(gold: Iterable[Claim], register: Register) -> Ends:
    """The distinct (document, name) pairs that claims are about, plants apart, each with its kind."""
    found: Ends = {}
    for claim in gold:
        for name, kind in ((claim.subject, SUBJECTS.get(claim.property)), (claim.object, OBJECTS.get(claim.property))):
            if name and not name.lower().endswith(f" {APART}"):
                entity = register.resolve(name)
                kinds = entity.kinds if entity else frozenset()
                if "Plant" not in kinds and (claim.property, name) != ("operatesPlant", claim.object):
                    known = next((k for k, classes in KINDS.items() if kinds & classes), None)
                    key = (claim.document, name)
                    found[key] = known or kind or found.get(key, "organization")
    return found


def recognised(
    gold: Iterable[Claim], mentions: Mapping[str, list[Mention]], register: Register, key: Callable[[object], str]
) -> Iterator[tuple[str, str, str, bool]]:
    """Each (document, name, kind) of gold, and whether a mention of a fitting kind has that name (compared by `key`).

    A mention stands for its owner too: "Citroën ë-C3" for Citroën, Volkswagen for Volkswagen Group.
    """
    seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for document, found in mentions.items():
        for mention in found:
            seen[document][key(mention.name)].update(mention.kinds)
            entity = register.resolve(mention.name)
            for owner in (register.entities[p] for p in entity.parents) if entity else ():
                seen[document][key(owner.name)].update(owner.kinds)
    for (document, name), kind in ends(gold, register).items():
        fitting = ORGANIZATION_KINDS if KINDS[kind] <= ORGANIZATION_KINDS else KINDS[kind]
        yield document, name, kind, bool(seen[document][key(name)] & fitting)


def names_table(rows: Iterable[tuple[str, str, str, bool]], *, errors: bool = False) -> list[str]:
    """Recall of names by kind, in lines of text; with `errors` the names that were not recognised too."""
    rows = list(rows)
    lines = [f"{'names':32} {'recall':>7} {'found':>6} {'missed':>7}"]
    for label, wanted in (("all", set(KINDS)), *((k, {k}) for k in KINDS)):
        hits = [found for _, _, kind, found in rows if kind in wanted]
        if hits:
            lines.append(f"{label:32} {sum(hits) / len(hits):7.3f} {sum(hits):6} {len(hits) - sum(hits):7}")
    if errors:
        missed = (f"  {document}: {name} ({kind})" for document, name, kind, found in rows if not found)
        lines += ["", "names missed", *missed]
    return lines
