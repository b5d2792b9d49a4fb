"""The HTTP side and the command line: reads a dataset through `graph.store`, never the other way round."""
