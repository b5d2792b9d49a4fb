"""One small interface to the published dataset, with two homes: embedded Oxigraph, or any SPARQL 1.1 server."""
