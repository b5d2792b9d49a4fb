"""From documents to a validated, published dataset of claims. Knows nothing of the service that shows it."""
