"""Queries as the engine must see them to answer as the standard says, where it scopes variables otherwise.

`GRAPH ?g { P }` means: for each named graph, what P gives in it, joined with the graph's name. Within P, `?g` is a
variable like any other. The engine instead binds `?g` before it evaluates P, and only where P has a triple pattern.
That shows where P mentions `?g` outside its triple patterns, has none, subtracts by MINUS what shares no variable, or
selects by a SELECT of its own, which then reads all graphs at once. Those groups, and no others, are rewritten, from

    GRAPH ?g { P }

to this, where P' is P with ?b for ?g, and a SELECT within gives ?a too:

    { GRAPH ?a {} GRAPH ?a { P' } FILTER(!BOUND(?b) || SAMETERM(?b, ?a)) BIND(?a AS ?g) }

What stays as the engine has it: a SELECT within that aggregates without GROUP BY, and a MINUS whose only shared
variables are unbound in some solution. Also `TRUE` and `False` are put in lower case, the only one the engine reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice, pairwise

from service.sparql.tokens import Token, brackets, read

_GRAPH = re.compile(r"graph(?:\s|#[^\n\r]*)*[?$]", re.IGNORECASE)
_AGGREGATES = {"count", "sum", "min", "max", "avg", "sample", "group_concat"}
_LONGEST, _DEEPEST = 3000, 50  # tokens, and brackets in each other, beyond which a query is left as it is


@dataclass(frozen=True, slots=True)
class Mended:
    """A query for the engine, and the edits that made it: (start, end, replacement) in the original."""

    text: str
    edits: tuple[tuple[int, int, str], ...] = ()

    def place(self, original: str, line: int, column: int) -> tuple[int, int]:
        """The line and column in the original of a line and column here, all from 1. Edits hold no line breaks."""
        lines = self.text.splitlines(keepends=True)
        offset = sum(map(len, lines[: line - 1])) + column - 1
        for start, end, new in self.edits:
            if offset < start:
                break
            offset = max(start, offset - len(new) + end - start)
        before = original[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def mend(text: str) -> Mended:
    """The query as the engine must see it. A text that cannot be read is left to the engine, which says why."""
    low = text.lower()
    spelt = low.count("true") != text.count("true") or low.count("false") != text.count("false")
    if not spelt and not ("graph" in low and _GRAPH.search(text)):
        return Mended(text)
    tokens = list(islice(read(text), _LONGEST + 1))
    closing = brackets(tokens, _DEEPEST)
    if closing is None or len(tokens) > _LONGEST:
        return Mended(text)
    edits = sorted(_Mender(text, tokens, closing).run())
    return Mended(_edited(text, edits), tuple(edits))


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, place = [], 0
    for start, end, new in edits:
        pieces += [text[place:start], new]
        place = end
    return "".join([*pieces, text[place:]])


def _listed(variables: set[str]) -> str:
    return " ".join(f"?{name}" for name in sorted(variables))


@dataclass
class _Need:
    """What a group within GRAPH ?g asks for."""

    bound: bool = False  # a triple pattern binds ?g to what it is in the data
    pattern: bool = False  # some triple pattern is certain to be matched, so that the engine binds ?g
    mention: bool = False  # ?g stands where it matters that it is a variable of its own


@dataclass
class _Mender:
    text: str
    tokens: list[Token]
    closing: dict[int, int]
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    fresh: int = 0

    def __post_init__(self) -> None:
        before = {"select", "distinct", "reduced", "describe"}
        pairs = pairwise(self.tokens)
        self.star = any(star.text == "*" and word.text in before for word, star in pairs)  # no variable may be added
        self.next = {bracket: self._next(bracket) for bracket in "({"}

    def _next(self, bracket: str) -> list[int]:
        """For each token the index of the first such bracket at or after it, or the number of tokens."""
        found = [len(self.tokens)] * (len(self.tokens) + 1)
        for i in range(len(self.tokens) - 1, -1, -1):
            opens = self.tokens[i].text == bracket and i in self.closing
            found[i] = i if opens else found[i + 1]
        return found

    def run(self) -> list[tuple[int, int, str]]:
        self._walk(0, len(self.tokens), {}, None)
        return self.edits

    def _walk(self, start: int, end: int, renamed: dict[str, str], graph: str | None) -> None:
        """Edit the tokens of a stretch. `renamed`: variables that have another name here; `graph`: that of GRAPH."""
        i = start
        while i < end:
            token = self.tokens[i]
            if token.kind == "variable" and token.text[1:] in renamed:
                self._replace(i, "?" + renamed[token.text[1:]])
            elif token.kind == "word" and token.text in {"true", "false"}:
                self._spell(i)
            elif self._is_graph(i):
                self._graph(i, renamed)
                i = self.closing[i + 2]
            elif graph and token.text == "minus" and self._subtracts_nothing(start, i):
                self._replace(i, "", self.closing[i + 1])
                i = self.closing[i + 1]
            elif graph and token.text == "{":
                self._group(i, renamed, graph)
                i = self.closing[i]
            i += 1

    def _group(self, i: int, renamed: dict[str, str], graph: str) -> None:
        end = self.closing[i]
        if i + 1 < end and self.tokens[i + 1].text == "select":
            self._subselect(i + 1, end, renamed, graph)
        self._walk(i + 1, end, renamed, graph)

    def _is_graph(self, i: int) -> bool:
        following = self.tokens[i + 1 : i + 3]
        return (
            self.tokens[i].text == "graph"
            and self.tokens[i].kind == "word"
            and [t.kind for t in following] == ["variable", "mark"]
            and following[1].text == "{"
        )

    def _graph(self, i: int, renamed: dict[str, str]) -> None:
        """Edit `GRAPH ?g { … }` at i."""
        brace, end = i + 2, self.closing[i + 2]
        name = self.tokens[i + 1].text[1:]
        outer, need = renamed.get(name, name), self._need(brace + 1, end, name, bound=False)
        apart = need.mention
        inner = self._new(name) if apart else outer
        joined = "LATERAL { " if self._limited(brace, end) else ""
        if apart or joined or not need.pattern:
            head, tail = f"{{ GRAPH ?{inner} {{}} {joined}", " }" if joined else ""
            within = dict(renamed)
            if apart:
                within[name] = own = self._new(name)
                tail += f" FILTER(!BOUND(?{own}) || SAMETERM(?{own}, ?{inner})) BIND(?{inner} AS ?{outer})"
                if self.star:
                    kept = {outer} | {renamed.get(v, v) for v in self._visible(brace + 1, end)}
                    head, tail = f"{{ SELECT {_listed(kept)} {head}", tail + " }"
            self._insert(self.tokens[i].start, head)
            self._replace(i + 1, "?" + inner)
            self._group(brace, within, inner)
            self._insert(self.tokens[end].end, tail + " }")
        else:
            self._replace(i + 1, "?" + inner)
            self._group(brace, renamed, inner)

    def _subselect(self, i: int, end: int, renamed: dict[str, str], graph: str) -> None:
        """Let the SELECT at i give the graph's name too, so that it reads one graph and not all.

        One that counts without groups is left alone: it gives a row for a graph in which nothing matches.
        """
        place = i + 1
        while self.tokens[place].text in {"distinct", "reduced"}:
            place += 1
        brace = min(self.next["{"][place], end)
        head = [self.tokens[k].text for k in range(place, brace)]
        groups = [k + 1 for k in range(self.closing.get(brace, end), end) if self._words(k, "group", "by")]
        if not groups and _AGGREGATES.intersection(head):
            return
        if "*" in head[:1]:
            self._replace(place, _listed({graph, *(renamed.get(v, v) for v in self._visible(i, end))}))
        elif "?" + graph not in head:
            self._insert(self.tokens[place].start, f"?{graph} ")
        for k in groups:
            self._insert(self.tokens[k].end, f" ?{graph}")

    def _need(self, start: int, end: int, name: str, bound: bool) -> _Need:
        """What the group between two tokens asks of `GRAPH ?name`. `bound`: ?name is bound to data before it."""
        need, i, filtered = _Need(bound=bound), start, False
        while i < end:
            token, after = self.tokens[i], self._after(i)
            inside = self._mentions(i, after, name)
            if token.text == "filter" and token.kind == "word":
                filtered |= inside
            elif token.text in {"optional", "minus"} and token.kind == "word":
                need.mention |= inside and not need.bound
            elif token.text == "{":
                branches, after = self._branches(i, name)
                need.mention |= any(branch.mention for branch in branches)
                need.pattern |= all(branch.pattern for branch in branches)
                need.bound |= all(branch.bound for branch in branches)
            elif token.text == "values":
                undefined = any(self.tokens[k].text == "undef" for k in range(i, after))
                need.mention |= inside and undefined
                need.bound |= inside and not undefined
            elif token.kind == "word" and token.text in {"bind", "select", "graph", "service", "lateral"}:
                need.mention |= inside
                need.pattern |= token.text == "select" and any(t.text == "{" for t in self.tokens[i:after])
            elif token.kind in {"variable", "term"} or token.text in {"[", "("}:
                need.pattern = True
                need.bound |= inside
            i = after
        need.mention |= filtered and not need.bound
        return need

    def _branches(self, i: int, name: str) -> tuple[list[_Need], int]:
        """What a group, or the branches of a UNION, ask for; and the index behind them."""
        found = []
        while True:
            after = self.closing[i] + 1
            found.append(self._need(i + 1, after - 1, name, bound=False))
            if not self._words(after, "union", "{"):
                return found, after
            i = after + 1

    def _after(self, i: int) -> int:
        """The index behind the element of a group that begins at i."""
        token = self.tokens[i]
        if i in self.closing:
            return self.closing[i] + 1
        if token.kind != "word":
            return i + 1
        if token.text == "select":  # takes the rest of its group
            return min((end for start, end in self.closing.items() if start < i < end), default=len(self.tokens))
        if token.text == "filter":
            exists = self._words(i + 1, "exists") or self._words(i + 1, "not", "exists")
            return self._bracket(i, "{" if exists else "(")
        if token.text in {"optional", "minus", "graph", "service", "lateral", "values"}:
            return self._bracket(i, "{")
        return self._bracket(i, "(") if token.text == "bind" else i + 1

    def _bracket(self, i: int, opening: str) -> int:
        """The index behind the bracket that opens first after i."""
        place = self.next[opening][i + 1]
        return self.closing[place] + 1 if place in self.closing else len(self.tokens)

    def _visible(self, start: int, end: int) -> set[str]:
        """The variables that the group between two tokens gives to what is outside it."""
        found, i = set(), start
        while i < end:
            token, after = self.tokens[i], self._after(i)
            if token.kind == "variable":
                found.add(token.text[1:])
            elif token.text == "bind" and token.kind == "word":
                found.add(self.tokens[after - 2].text[1:])
            elif token.text == "select" and token.kind == "word":
                found |= self._selected(i, min(after, end))
            elif token.text not in {"filter", "minus"} or token.kind != "word":
                found |= self._visible(i + 1, after) if after > i + 1 else set()
            i = after
        return found

    def _selected(self, i: int, end: int) -> set[str]:
        brace = min(self.next["{"][i], end)
        if any(self.tokens[k].text == "*" for k in range(i + 1, min(i + 3, brace))):
            return self._visible(brace + 1, self.closing.get(brace, end))
        depth, found = 0, set()
        for k in range(i + 1, brace):
            token = self.tokens[k]
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if token.kind == "variable" and (depth == 0 or self.tokens[k - 1].text == "as"):
                found.add(token.text[1:])
        return found

    def _subtracts_nothing(self, start: int, i: int) -> bool:
        """Whether the MINUS at i shares no variable with what stands before it in its group."""
        end = self.closing.get(i + 1)
        return end is not None and not self._visible(start, i) & self._visible(i + 2, end)

    def _limited(self, brace: int, end: int) -> bool:
        """Whether a SELECT in a group is cut to so many rows, which then holds for each graph."""
        selects = any(self.tokens[k].text == "select" for k in range(brace, end))
        return selects and any(self.tokens[k].text in {"limit", "offset"} for k in range(brace, end))

    def _mentions(self, start: int, end: int, name: str) -> bool:
        return any(t.kind == "variable" and t.text[1:] == name for t in self.tokens[start:end])

    def _words(self, i: int, *words: str) -> bool:
        return [t.text for t in self.tokens[i : i + len(words)]] == list(words)

    def _new(self, name: str) -> str:
        while True:
            self.fresh += 1
            if f"{name}_{self.fresh}" not in self.text:
                return f"{name}_{self.fresh}"

    def _spell(self, i: int) -> None:
        token = self.tokens[i]
        if self.text[token.start : token.end] != token.text:
            self._replace(i, token.text)

    def _replace(self, i: int, new: str, last: int | None = None) -> None:
        start, end = self.tokens[i].start, self.tokens[i if last is None else last].end
        if self.text[start:end] != new:
            self.edits.append((start, end, new))

    def _insert(self, place: int, new: str) -> None:
        self.edits.append((place, place, new))
