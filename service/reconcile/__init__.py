"""Reconciliation: a table's names matched with our entities, as OpenRefine and its kin ask for it."""
