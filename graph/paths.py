"""Where the house keeps its sources: folders of this checkout."""

from __future__ import annotations

from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
ONTOLOGY = HOUSE / "ontology"
QUESTIONS = ONTOLOGY / "questions"
SHAPES = HOUSE / "shapes"
REGISTER = HOUSE / "graph" / "register"
DOCUMENTS = HOUSE / "graph" / "documents"
