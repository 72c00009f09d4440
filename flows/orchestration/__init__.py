"""Everything that imports Prefect: flows, schedules, deployments, workers, clusters."""
