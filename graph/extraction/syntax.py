"""The shapes of a marked sentence that tell a subject from the rest; their words are those of lexicon/syntax.toml."""

from __future__ import annotations

import re
from functools import cache

from graph.extraction.lexicon import any_of, place_adjectives, table
from graph.extraction.readings import expand

SYNTAX = table("syntax")
COMPANY = r"‹[A-Z]*[OB][A-Z]*#\d+›"
MAKER = any_of(table("words")["classes"]["maker"])
OBLIQUE = re.compile(
    rf"{any_of(SYNTAX['oblique'])} (?:the |its |a |an |their |his |new )?(?:(?!wh|that\b)[\w-]+ )?$", re.IGNORECASE
)
CLAUSE_START = re.compile(
    rf"(?:^|[,;:–—(\"“.?!] ?| - |(?-i:{any_of(SYNTAX['openers'])}) )(?:{any_of(SYNTAX['leads'])} )?"
    rf"(?:(?:[\w'.-]+ ){{0,3}}?{MAKER},? (?:of )?)?$",
    re.IGNORECASE,
)
POSSESSED = re.compile(rf"'s (?:[a-z-]+ ){{0,3}}?{any_of(SYNTAX['parts'])}(?! ‹|, ‹)", re.IGNORECASE)
ACTS = re.compile(rf" (?:(?:also|now|already|still|only) )?{any_of(SYNTAX['verbs'])}")
# what stands before a name and says what it is: "its Indian unit", "Toyota's luxury brand", "a venture called"
KIND = (
    rf"(?:(?!(?:of|in|to|with|by|for|from|and|or|on|at|as|than|that|which) )[\w'-]+ ){{0,4}}?"
    rf"(?:{any_of(SYNTAX['parts'] + SYNTAX['kin'])}|{MAKER}),? (?:(?:called|named|known as|dubbed) )?"
)
DESCRIBED = re.compile(
    rf"(?:(?-i:{COMPANY})'s|(?<!\w)(?:an?|its|the|their|his|our|new|parent|sister)) {KIND}$", re.IGNORECASE
)
# a company that only says whose the next one is: "Suzuki's Indian unit Maruti Suzuki"
POSSESSOR = re.compile(rf"'s {KIND}(?-i:{COMPANY})(?!'s)", re.IGNORECASE)
NUMBERS: dict[str, int] = SYNTAX["numbers"]
ANAPHOR = re.compile(
    rf"(?<![\w#'])(?:(?P<pronoun>it|they|he|she|we|you)(?!\w)"
    rf"|(?P<few>(?:the (?:‹n#\d+›|two|pair|duo))(?= {any_of(SYNTAX['verbs'])}))"
    rf"|(?P<ranked>‹(?-i:[A-Z]*L[A-Z]*)#\d+›'s "
    rf"(?:[\w-]+-)?(?:largest|biggest|leading) (?:[\w-]+ ){{0,2}}?{MAKER})(?!\w)"
    rf"|(?P<noun>(?:the|this|that|both|all|its|their|his|these)\s+"
    rf"(?P<words>(?:(?!and\b|or\b|of\b)[\w'.-]+[- ]|‹n#\d+›\s+|‹(?-i:[A-Z]*L[A-Z]*)#\d+›(?:-based|,)?\s+){{0,4}}?)"
    rf"{MAKER})(?!-?\w))",
    re.IGNORECASE,
)
# two or more companies joined by "and" or "or"; a comma alone joins none
COMPANY_LIST = re.compile(
    rf"{COMPANY}(?:, (?:the )?{COMPANY})*,? (?:and|or|&|as well as) "
    rf"(?:the (?:[\w-]+ ){{1,4}}?{MAKER} |‹[A-Z]*L[A-Z]*#\d+›'s |the |its (?:[\w-]+ ){{0,4}}?{any_of(SYNTAX['kin'])} )?"
    rf"{COMPANY}(?!'s )"
)
# who owns how much, told in passing, is not what comes next
OWNS = re.compile(
    rf"{COMPANY}(?: of ‹[A-Z]*L[A-Z]*#\d+›)? (?:now |still |also |currently )*"
    r"(?:owns?|holds?|has|have|keeps?|controls?) (?:[\w-]+ ){0,4}?(?:"
    r"‹percent#\d+›(?! of (?:its|the) (?:[a-z-]+ )?(?:sales|cars|models|deliveries|output|production|market))"
    r"|(?:[\w-]+ ){0,2}(?:stake|shareholding)\b)"
)
# a relative clause opens here, whose subject the sentence is not about
RELATIVE = re.compile(r"\b(?:which|whom|whose|where) (?:the |its )?$", re.IGNORECASE)
# a company that the verb right after its relative pronoun is about
RELATED = re.compile(
    rf"(?P<who>{COMPANY}),? which (?:(?:has|had|will|would|is|also|now|already|still|long|been|itself|to|currently) )*$"
)
# whom a sentence sets its subject against
CONTRAST = re.compile(r"(?:Unlike|Like|Alongside|Besides|Apart from) [^.;]*?, (?!‹)")
# "it" that is no subject: what the text goes on about, whoever acts
OBJECT = re.compile(
    rf"(?:{any_of(SYNTAX['oblique'])}|\b(?:suppl(?:y|ies|ied)|own(?:s|ed)?|bought|joined|invites?|helps?|sells?|gives?|gave))"
    r" (?:it|them)\b(?! (?:is|was|will|has))",
    re.IGNORECASE,
)
# a company and what is its own: "Great Wall and its chairman"
BESIDE = re.compile(rf"{COMPANY} and $")
# what a new company is called, once it is told of
CALLED = re.compile(rf" (?:is|was|will be|is to be) (?:called|named) {COMPANY}")
# kinds that make no cars: investors and the press, who leave the talk to the makers
BYSTANDERS = frozenset({"Organization", "Publisher", "TechnologyCompany"})


@cache
def who() -> str:
    """The macro {who}: an organization by name, pronoun or definite noun."""
    noun = rf"(?:(?!and\b|or\b|of\b)[\w'.-]+[- ]|‹n#\d+› |{{place}}(?:-based)? ){{0,4}}?{MAKER}"
    ranked = rf"{{place}}'s (?:[\w-]+-)?(?:largest|biggest|leading) (?:[\w-]+ ){{0,2}}?{MAKER}"
    return expand(
        rf"(?:{{orgs}}|(?<!\w)(?:it|they|we)(?!\w)|(?<!\w)(?:the|this)\s+{noun}(?!\w)|{ranked}(?!\w))".replace(
            "{{", "{"
        )
    )


def nation_in(phrase: str) -> str | None:
    """The country of a nationality adjective in a phrase."""
    for adjective, country in place_adjectives().items():
        if re.search(rf"(?<!\w){re.escape(adjective)}(?!\w)", phrase):
            return country
    return None
