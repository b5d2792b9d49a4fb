"""A recogniser of claims that learnt from gold what no rule says."""
