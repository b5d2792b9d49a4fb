"""Bad input: nothing that a file holds costs more than prose of its size would, crashes, or yields claims it lacks."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import copies
from graph.extraction.model import Extraction
from graph.extraction.pipeline import JudgedExtractor
from graph.paths import DOCUMENTS, HOUSE
from graph.reading import Document, UnreadableDocument, read_document
from graph.register import load_register

RULES = JudgedExtractor(load_register())
SIZE = 20_000  # characters
ENGLISH = "Ford said that it will go on with the work on the plant and that it is for the best. "
CLAIM = "Kia will invest $5 billion in electric cars by 2030."
DICE = random.Random(4)


def repeated(piece: str) -> str:
    return piece * (SIZE // len(piece))


def numbers(end: str) -> str:
    return end.join(" ".join(str(DICE.randrange(10 ** DICE.randrange(1, 9))) for _ in range(12)) for _ in range(700))


ODD = {
    "a page of numbers": numbers("\n"),
    "a line of numbers": numbers(" "),
    "a line without a full stop": repeated("the company and its 12 models by 2030 "),
    "one word": repeated("a"),
    "capitals": repeated("A"),
    "digits": repeated("1"),
    "digits and commas": repeated("1,"),
    "spaces": repeated(" ") + "x",
    "full stops": repeated(". "),
    "names": repeated("Nissan Leaf, "),
    "dates": repeated("by 2030 "),
    "sums": repeated("$5 billion "),
    "shares": repeated("the 5% of "),
    "marks like our own": repeated("‹O#1› will invest ‹money#2› "),
    "items": "\n".join(f"- Nissan Leaf {n}: {n % 90} percent by 2030" for n in range(SIZE // 34)),
    "rows": "| Model | 2030 |\n|---|---|\n" + "\n".join(f"| Kia EV{n} | {n % 90}% |" for n in range(SIZE // 18)),
    "headings": "\n".join(f"# Nissan {n}\n" for n in range(SIZE // 14)),
    "deep lists": "\n".join(" " * (n % 150) + f"- Nissan {n} models" for n in range(SIZE // 95)),
    "stars": repeated("*"),
    "brackets": repeated("["),
    "parentheses": repeated("("),
    "quotations": repeated(">"),
    "backticks": repeated("`a "),
    "underlines": repeated("_a"),
    "angles": repeated("<"),
    "unknown names": " ".join(f"{DICE.choice(['Alpha', 'Bravo'])}{DICE.randrange(99)}" for _ in range(SIZE // 8)),
}


def document(text: str) -> Document:
    return Document(slug="odd", text=text, media_type="text/markdown", digest="", date="2022-01-01", language="en")


def run(text: str) -> tuple[Extraction, float]:
    """What is extracted, and the seconds of processor time that it took."""
    begun = time.process_time()
    copies.signatures(document(text))
    extraction = RULES.run(document(text))
    return extraction, time.process_time() - begun


@cache
def prose() -> float:
    """The seconds that the shipped documents take, by character: what reading costs."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(DOCUMENTS.glob("*.md"))[:6]]
    run(texts[0])
    return sum(run(text)[1] for text in texts) / sum(map(len, texts))


@pytest.mark.parametrize("name", ODD)
def test_odd_text_costs_no_more_than_prose_and_hides_no_claim(name: str) -> None:
    """The claim after it is found, and its offsets are right."""
    text = f"{ENGLISH * 30}\n\n{ODD[name]}\n\n{CLAIM}\n"
    extraction, seconds = run(text)
    assert seconds < 6 * prose() * len(text) + 0.2
    assert not extraction.notes
    found = [c.claim for c in extraction.found]
    assert all(text[c.start_char : c.end_char] == c.quote for c in found)
    assert [c for c in found if c.property == "investment" and c.value == 5_000_000_000 and c.subject == "Kia"]
    assert len(found) < SIZE / 15


@pytest.mark.parametrize("name", ["a page of numbers", "one word", "digits", "stars"])
def test_what_holds_hardly_a_word_yields_a_note_and_nothing_else(name: str) -> None:
    extraction = RULES.run(document(ODD[name]))
    assert not extraction.found
    assert "hardly any words" in extraction.notes[0]


def test_a_line_of_a_million_characters_does_not_keep_from_the_next() -> None:
    """Words without end are no sentence; sentences on one line are read to the last."""
    endless = "the company and its 12 models by 2030 " * 25_000
    extraction, seconds = run(f"{ENGLISH * 10}\n\n{endless}\n\n{CLAIM}\n")
    assert [c.claim.subject for c in extraction.found if c.claim.property == "investment"] == ["Kia"]
    assert seconds < prose() * len(endless)
    line = ENGLISH * (2 * SIZE // len(ENGLISH))
    extraction, seconds = run(f"{line}{CLAIM}")
    assert [c.claim.subject for c in extraction.found if c.claim.property == "investment"] == ["Kia"]
    assert seconds < 6 * prose() * len(line) + 0.2


CHILD = """
import json, resource, sys, time
from pathlib import Path
from graph.copies import signatures
from graph.extraction.pipeline import JudgedExtractor
from graph.reading import read_document
from graph.register import Register
extractor = JudgedExtractor(Register.of([]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.process_time()
document = read_document(Path(sys.argv[1]))
signatures(document)
extraction = extractor.run(document)
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps([time.process_time() - begun, used * 1024, len(extraction.found), extraction.notes]))
"""


def child(path: Path) -> tuple[float, int, int, list[str]]:
    """Seconds, bytes of memory, claims and notes of a document that a process of its own reads."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    seconds, memory, found, notes = json.loads(done.stdout)
    return seconds, memory, found, notes


def test_fifty_megabytes_are_told_apart_from_an_article_in_little_time_and_memory(tmp_path: Path) -> None:
    """Time and memory grow with the size and no faster, and stay a small multiple of it."""
    line = ENGLISH + CLAIM + "\n"
    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    small.write_text(line * (5_000_000 // len(line)), encoding="utf-8")
    large.write_text(line * (49_900_000 // len(line)), encoding="utf-8")
    seconds, _, _, _ = child(small)
    more, memory, found, notes = child(large)
    assert more < 20 * max(seconds, 0.05)
    assert memory < 8 * large.stat().st_size
    assert found == 0
    assert "split it" in notes[0]
    with large.open("ab") as handle:
        handle.write(line.encode() * 2000)
    with pytest.raises(UnreadableDocument, match="the limit is 50 MB"):
        read_document(large)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Le constructeur a dit que Renault veut investir 20 milliards d'euros dans les voitures d'ici 2030. "),
        ("de", "Der Hersteller hat gesagt, dass Volkswagen bis 2030 mit 52 Milliarden Euro in die Zukunft geht. "),
        ("ja", "日産自動車は2030年度までに電動車両に2兆円を投資し、新型車15車種を投入すると発表した。"),
        ("ru", "Компания заявила, что Nissan вложит 18 млрд долларов в электромобили до 2030 года и это не всё. "),
        ("ar", "قالت شركة نيسان إنها ستستثمر 18 مليار دولار في السيارات الكهربائية بحلول عام 2030 وهذا ليس كل شيء. "),
    ],
)
def test_another_language_is_named_and_yields_nothing(language: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign.txt"
    path.write_text(text * 20, encoding="utf-8")
    extraction = RULES.run(read_document(path))
    assert not extraction.found
    assert "nothing extracted" in extraction.notes[0] or "not read as English" in extraction.notes[0]


def test_marks_of_direction_and_soft_hyphens_hide_no_name_or_number(tmp_path: Path) -> None:
    path = tmp_path / "marked.txt"
    marked = CLAIM.replace("$5", "\u202a$5\u202c").replace("Kia", "K\u200bia").replace("electric", "elec\u00adtric")
    path.write_text(f"\u200f{ENGLISH * 3}{marked}\u200e", encoding="utf-8")
    read = read_document(path)
    found = [c.claim for c in RULES.run(read).found]
    assert [c for c in found if (c.subject, c.value, c.powertrain) == ("Kia", 5_000_000_000, "battery-electric")]
    assert all(read.text[c.start_char : c.end_char] == c.quote for c in found)


def test_a_page_in_pieces_still_gives_its_main_text(tmp_path: Path) -> None:
    page = f"<html><body><div><p>{ENGLISH * 4}<p><b>{CLAIM}</i></b><p>{ENGLISH * 4}<table><tr><td>1<script>var a='<p>"
    path = tmp_path / "broken.html"
    path.write_text(page, encoding="utf-8")
    assert "Kia" in {c.claim.subject for c in RULES.run(read_document(path)).found}


def test_encodings_that_are_mixed_hide_no_claim(tmp_path: Path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_bytes(
        ENGLISH.encode() * 4
        + "Citroën is fine – “so far”. ".encode()
        + "Škoda’s caf\xe9 ".encode("cp1250")
        + CLAIM.encode()
    )
    read = read_document(path)
    assert "Citroën" in read.text
    assert "Kia" in {c.claim.subject for c in RULES.run(read).found}


def strange() -> Iterator[str]:
    yield from (
        "\x00",
        "\ufeff",
        "\u202e",
        "\ud7ff",
        "�",
        "\U0001f697",
        "ſ",
        "İ",
        "٣٫٥",
        "½",
        "１２",
        "²",
        "\x85",
        "\u2028",
        "\f",
    )


PIECES = st.sampled_from(
    [
        *strange(),
        ENGLISH,
        CLAIM,
        "Nissan",
        "Leaf's",
        "5",
        "$",
        "€",
        "bn",
        "%",
        "by ",
        "2030",
        "\n\n",
        "- ",
        "# ",
        "| ",
        "**",
        "(",
        "‹",
    ]
) | st.text(max_size=8)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(PIECES, max_size=30), st.sampled_from(["md", "txt", "html"]))
def test_any_text_is_read_and_its_claims_stand_in_it(tmp_path: Path, pieces: list[str], ending: str) -> None:
    """Through the reader and all of extraction: refused in one line, or claims whose quotes are the text's."""
    path = tmp_path / f"fuzz.{ending}"
    path.write_text(f"{ENGLISH * 2}{' '.join(pieces)}", encoding="utf-8", errors="replace")
    try:
        read = read_document(path)
    except UnreadableDocument as error:
        assert "\n" not in str(error)
        return
    extraction = RULES.run(read)
    copies.signatures(read)
    assert all(read.text[c.claim.start_char : c.claim.end_char] == c.claim.quote for c in extraction.found)
    assert not extraction.rejected or all(r.reason for r in extraction.rejected)
