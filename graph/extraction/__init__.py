"""From a document's text to its claims: rules and lexicon as data, the reading as code."""
