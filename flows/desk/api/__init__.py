"""The desk's JSON interface, one router a subject."""
