"""Lint sees what has no effect: an entry said twice, shadowed, or read by nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from graph.extraction import dead
from graph.extraction.dead import dead_entries
from graph.extraction.lexicon import FOLDER


@pytest.fixture
def lexicon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lexicon that a test may spoil."""
    copy = tmp_path / "lexicon"
    shutil.copytree(FOLDER, copy)
    monkeypatch.setattr(dead, "FOLDER", copy)
    return copy


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_in_the_lexicon_is_dead() -> None:
    assert dead_entries() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "modality.toml",
            "plan = [",
            'plan = ["tends?", "tends?",',
            "modality.toml: plan: 'tends?' stands there 2 times",
        ),
        ("modality.toml", "plan = [", 'plan = ["trusts", "trusts?",', "'trusts' is shadowed by 'trusts?'"),
        ("words.toml", "[classes]", '[classes]\nidle = ["a"]', "words.toml: no pattern uses {idle}"),
        ("places.toml", "\n[", "\n[idle]\na = 1\n[", "places.toml: nothing reads idle"),
    ],
)
def test_an_entry_without_effect_is_named(lexicon: Path, file: str, old: str, new: str, told: str) -> None:
    spoil(lexicon / file, old, new)
    assert [line for line in dead_entries() if told in line]
