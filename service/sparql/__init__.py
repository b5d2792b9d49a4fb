"""The SPARQL endpoint: protocol, guard, and the processes that run queries and can be stopped."""
