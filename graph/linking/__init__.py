"""Links: which thing of another dataset, or of a table, is which of ours, how sure that is, and what was decided."""


class LinkingError(ValueError):
    """What users of links can mend: a target, an endpoint, a file or a decision that is at fault; one line."""
