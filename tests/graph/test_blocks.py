"""Blocks, the mask and sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.extraction.blocks import blocks, mask
from graph.extraction.model import Block
from graph.extraction.sentences import sentences
from graph.paths import HOUSE
from graph.reading import Document, find_documents, read_document

SHARED = HOUSE.parent / "shared" / "corpus"


def document(text: str, media_type: str = "text/markdown") -> Document:
    return Document(slug="d", text=text, media_type=media_type, digest="0")


def found(text: str, media_type: str = "text/markdown") -> tuple[Document, list[Block], str]:
    d = document(text, media_type)
    bs = blocks(d)
    return d, bs, mask(d, bs)


def pieces(text: str, media_type: str = "text/markdown") -> list[str]:
    _, bs, m = found(text, media_type)
    return [" ".join(m[s.start : s.end].split()) for s in sentences(m, bs)]


def kinds(text: str, media_type: str = "text/markdown") -> list[str]:
    return [b.kind for b in found(text, media_type)[1]]


PAGE = """---
title: A page
---

# The plan

It has three parts:

- **Cars**: Ten new models
  by 2030.
  - Europe: six
  - China: four
- *Plants.* Two are open. One is planned.

**What comes next?**

More of the [same](https://example.org/a_b), says `the` maker.

| place | plants |
| --- | --- |
| Ohio | 2 |
"""


def test_markdown_is_read_into_blocks_with_labels_and_parents() -> None:
    d, bs, _ = found(PAGE)
    text = [(b.kind, b.label and d.text[slice(*b.label)], b.level, b.parent) for b in bs]
    assert text == [
        ("front-matter", None, 0, None),
        ("heading", None, 1, None),
        ("paragraph", None, 0, 1),
        ("list-item", "Cars", 1, 2),
        ("list-item", "Europe", 2, 3),
        ("list-item", "China", 2, 3),
        ("list-item", "Plants", 1, 2),
        ("heading", None, 7, 1),
        ("paragraph", None, 0, 7),
        ("table-row", None, 0, 7),
        ("table-row", None, 0, 7),
    ]


def test_the_mask_blanks_marks_and_keeps_every_place() -> None:
    d, _, m = found(PAGE)
    assert len(m) == len(d.text)
    assert not set("*#`[]()") & set(m)
    assert "https" not in m and "title" not in m
    for word in ("Cars", "same", "Plants", "Ohio", "What comes next?"):
        assert m.index(word) == d.text.index(word)


def test_sentences_stay_inside_their_blocks() -> None:
    assert pieces(PAGE)[:7] == [
        "The plan",
        "It has three parts:",
        "Cars : Ten new models by 2030.",
        "Europe: six",
        "China: four",
        "Plants.",
        "Two are open.",
    ]


def test_numbered_headings_lose_their_number() -> None:
    assert pieces("### **1. Vision**\n\ntext follows here") == ["Vision", "text follows here"]


def test_an_equal_body_is_a_repeat_and_an_equal_item_only_under_an_equal_parent() -> None:
    body = "Ten models are planned for the market.\n\n## Europe\n\n- five models\n\n## China\n\n- five models\n\n"
    _, bs, m = found(body + body)
    assert [b.repeats for b in bs] == [None] * 5 + [0, 1, 2, 3, 4]
    assert len(sentences(m, bs)) == 5


@pytest.mark.parametrize(
    "line",
    [
        "top of page",
        "Search",
        "Written by Daniel Jones – February 08, 2022",
        "Reviewed by Jane Smith",
        "By Jane Smith, Detroit Bureau",
        "Published: 3 May 2024",
        "Would you like a timeline of all this?",
        "*This statement contains forward-looking information that is subject to change.*",
        "© 2024 Example Media",
    ],
)
def test_boilerplate_is_no_running_text(line: str) -> None:
    assert kinds(f"{line}\n\nThe maker plans ten models.") == ["boilerplate", "paragraph"]
    assert "boilerplate" in kinds(f"{line}\n\nThe maker plans ten models.", "text/plain")


@pytest.mark.parametrize(
    "line", ["See also: Nissan to build cars", "Read more about batteries here.", "**Related:** More cars"]
)
def test_teasers_are_told_apart(line: str) -> None:
    assert kinds(f"The maker plans ten models.\n\n{line}") == ["paragraph", "teaser"]


@pytest.mark.parametrize(
    "line",
    [
        "By 2030 it will have ten models.",
        "Search for partners goes on at Renault.",
        "Home chargers are to come in 2025.",
        "Share of sales: 40% by 2030.",
    ],
)
def test_running_text_that_begins_alike_is_kept(line: str) -> None:
    assert kinds(line) == ["paragraph"]


def test_plain_text_has_lines_paragraphs_and_headings() -> None:
    text = "How it all began\n\nThe first line says one thing.\nThe second line says another.\n"
    assert kinds(text, "text/plain") == ["heading", "paragraph", "paragraph"]


def test_hard_wrapped_plain_text_is_joined() -> None:
    line = "The maker plans to build ten new models in the coming years and to"
    text = f"{line}\n{line}\nsell them all.\n"
    assert kinds(text, "text/plain") == ["paragraph"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It is in the U.S. market now. The rest follows.", 2),
        ("It goes to the U.S. The plant follows.", 2),
        ("Nissan Motor Co. said so. J. D. Power agreed with Mr. Smith.", 2),
        ("The plant in St. Thomas opens on Nov. 1. It costs $7.5 billion.", 2),
        ("“We can move freely.” He left.", 2),
        ("He spoke of No. 3 in the list, i.e. Nissan, vs. Toyota et al. and so on.", 1),
        ("What now? Nobody knows! Not yet.", 3),
        ("Report: plan might boost models, platforms Once a leader, it fell.", 2),
        ("The new Prototype It's unclear what this means.", 2),
        ("sales of 1.5 million. 20 models are planned.", 2),
    ],
)
def test_sentence_ends(text: str, count: int) -> None:
    assert len(pieces(text)) == count


@pytest.mark.skipif(not SHARED.exists(), reason="no shared corpus beside this checkout")
@pytest.mark.parametrize("folder", ["dev", "seeds"])
def test_every_claims_quote_lies_in_running_text(folder: str) -> None:
    from graph.claims import read_claims

    for path in find_documents(SHARED / folder):
        d = read_document(path)
        bs = blocks(d)
        m = mask(d, bs)
        running = [(s.start, s.end) for s in sentences(m, bs)]
        for claim in read_claims(path.with_suffix("").with_suffix(".claims.jsonl")):
            assert d.text[claim.start_char : claim.end_char] == claim.quote
            assert any(a < claim.end_char and claim.start_char < b for a, b in running), claim


MARKS = [
    "# ",
    "- ",
    "  - ",
    "* ",
    "**",
    "*",
    "_",
    "[",
    "](",
    ")",
    "`",
    "|",
    "\n",
    "\n\n",
    "\r\n",
    "---\n",
    "> ",
    "1. ",
    "a",
    "Word ",
    ". ",
    ": ",
    "\t",
    "<b>",
]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(MARKS), max_size=60), st.sampled_from(["text/markdown", "text/plain"]))
def test_any_text_keeps_its_length_and_order(marks: list[str], media_type: str) -> None:
    d, bs, m = found("".join(marks), media_type)
    assert len(m) == len(d.text)
    assert all(x in (y, " ") for x, y in zip(m, d.text, strict=True))
    edges = [p for b in bs for p in (b.start, b.end)]
    assert edges == sorted(edges)
    assert all(b.parent is None or b.parent < i for i, b in enumerate(bs))
    last = 0
    for s in sentences(m, bs):
        assert last <= s.start < s.end <= bs[s.block].end
        last = s.end


@pytest.mark.parametrize(
    "piece",
    ["word ", "*", ".", " ", "_", "[a](", "a. ", "- a\n", "  ", "a\n", "|", "<a ", "**a** ", "# a\n", "Label: "],
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def seconds(length: int) -> float:
        start = time.process_time()
        for media_type in ("text/markdown", "text/plain"):
            _, bs, m = found(piece * (length // len(piece)), media_type)
            sentences(m, bs)
        return time.process_time() - start

    assert seconds(300_000) < 4 * seconds(150_000) + 0.5
