"""The algebra of a query, as text: in a process of its own, since rdflib's parser may take long and cannot be stopped.

The query comes as JSON on standard input: `query`, `base`, `prefixes`.

    python -m service.sparql.algebra SECONDS
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

MEMORY = 1 << 30  # bytes
_VARIABLE = re.compile(r"rdflib\.term\.Variable\('(\w+)'\)")
_IRI = re.compile(r"rdflib\.term\.URIRef\('([^']*)'\)")
_BLANK = re.compile(r", '_vars': \{[^{}]*\}")


class NoAlgebra(RuntimeError):
    """The query's algebra cannot be told; the message says why."""


def algebra(job: dict[str, Any], seconds: int) -> str:
    """The algebra of a query within so many seconds. Raises NoAlgebra."""
    command = [sys.executable, "-m", "service.sparql.algebra", str(seconds)]
    try:
        told = subprocess.run(  # noqa: S603 - our own module
            command, input=json.dumps(job), capture_output=True, text=True, timeout=seconds + 1, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NoAlgebra(f"reading it takes more than {seconds} seconds") from error
    if told.returncode:
        raise NoAlgebra(told.stderr.strip() or f"reading it takes more than {seconds} seconds or too much memory")
    return told.stdout


def main(seconds: int) -> None:
    """Print the algebra of the query on standard input. Status 1 with one line where rdflib cannot read it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    from rdflib.plugins.sparql.algebra import pprintAlgebra, translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    job = json.load(sys.stdin)
    try:
        translated = translateQuery(parseQuery(job["query"]), job["base"], job["prefixes"])
    except Exception as error:  # whatever its parser makes of a dialect that it does not know
        sys.exit(f"rdflib cannot read it: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    with redirect_stdout(StringIO()) as printed:
        pprintAlgebra(translated)
    lines = [line for line in printed.getvalue().splitlines() if not line.lstrip().startswith(("_vars =", ")"))]
    sys.stdout.write(_BLANK.sub("", _IRI.sub(r"<\1>", _VARIABLE.sub(r"?\1", "\n".join(lines)))) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
