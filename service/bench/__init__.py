"""`evplans bench`: a synthetic dataset, workloads as data, load clients, peers, one table."""
