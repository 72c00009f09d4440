"""Job profiles: canonical section names and typed fields out of an article's sections."""
