"""The run of a site, which knows no Prefect: discover, ingest, judge, report; replay and remoderate."""
