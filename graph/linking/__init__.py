"""Links: which thing of another dataset, or of a table, is which of ours, how sure that is, and what was decided."""
