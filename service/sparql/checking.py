"""The process that checks what a change would leave: nodes and what is known of them in, a SHACL report out."""

from __future__ import annotations

import json
import signal
import socket

from rdflib import SH, Graph

from graph.validation import SHAPES, Report, Result, load_shapes, validate
from service.checker import as_json
from service.sparql import frames, worker

NO_IRI = SHAPES + "NodeHasIri"


def serve(sock: socket.socket) -> None:
    """Check one job of `concerned.job` within its `seconds`; the answer is END with the report, or ERROR."""
    job = json.loads(frames.Reader(sock).next()[1])
    signal.setitimer(signal.ITIMER_REAL, max(job["seconds"], 0.001))
    try:
        report = check(job["data"], job["nodes"], job["pointed"])
    except (ValueError, RuntimeError) as error:  # a RecursionError among them
        worker.refuse(sock, "evaluation", f"what would be left cannot be checked: {error}")
        return
    told = {"conforms": report.conforms, "report": as_json(report)}
    if not report.conforms:
        told["turtle"] = report.as_turtle()
    sock.sendall(frames.frame(frames.END, frames.dump(told)))


def check(data: str, nodes: list[str], pointed: list[str]) -> Report:
    """The report on these nodes; of those that are only pointed at, on their being described."""
    found = validate(Graph().parse(data=data, format="nt"), focus_nodes=[*nodes, *pointed])
    unchanged, of_objects = set(pointed), {str(shape) for shape in load_shapes().subjects(SH.targetObjectsOf)}
    results = [r for r in found.results if r.focus not in unchanged or r.shape in of_objects]
    return Report.of([*results, *(_unnamed(node) for node in nodes if "/.well-known/genid/" in node)])


def _unnamed(node: str) -> Result:
    return Result("Violation", NO_IRI, node, None, None, "A blank node is described as ours: give it an IRI.")


Report.of([*check("", [], []).results]).as_turtle()  # reads shapes and loads modules, which a confined copy could not
