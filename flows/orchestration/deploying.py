"""`tamis deploy`: the deployments of `tamis schedule` in a Prefect work pool, for any number of workers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from flows.errors import FlowError, RunFailed
from flows.orchestration.environment import prepare_prefect
from flows.orchestration.scheduling import deployment_of, scheduled
from flows.settings import Settings, SiteSettings

POOL_TYPE = "process"


class PoolUnusable(FlowError):
    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What is in the pool now. `sites` are deployments of the flow "nightly", by name; `made` tells a new pool."""

    pool: str
    api: str
    made: bool
    sites: tuple[str, ...]


def deploy_sites(settings: Settings, pool: str) -> Deployed:
    """Puts every site with a cron line into the pool, or brings it up to date there; safe to repeat.

    Raises NothingScheduled, PoolUnusable for no API or a pool of another type, RunFailed when the API does not answer.
    """
    sites = scheduled(settings)
    prepare_prefect()
    from prefect.settings import PREFECT_API_URL

    api = PREFECT_API_URL.value()
    if not api:
        raise PoolUnusable(
            "a work pool lives in a Prefect API: start one with `prefect server start`, set "
            "PREFECT_API_URL=http://HOST:4200/api, or run `tamis schedule`, which needs neither"
        )
    made = asyncio.run(deploy(settings, sites, pool, api))
    return Deployed(pool=pool, api=api, made=made, sites=tuple(site.name for site in sites))


async def deploy(settings: Settings, sites: tuple[SiteSettings, ...], pool: str, api: str) -> bool:
    """Whether the pool is new."""
    from httpx import HTTPError
    from prefect.exceptions import PrefectException

    try:
        made = await ensured(pool)
        for site in sites:
            deployment = await deployment_of(settings, site)
            await deployment.aapply(work_pool_name=pool)
    except (HTTPError, PrefectException, OSError) as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise RunFailed(f"the Prefect API at {api} did not take the deployments: {reason}") from error
    return made


async def ensured(pool: str) -> bool:
    """Makes the pool if it is missing; whether it did. Raises PoolUnusable for a pool of another type."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound

    async with get_client() as client:
        try:
            found = await client.read_work_pool(pool)
        except ObjectNotFound:
            await client.create_work_pool(WorkPoolCreate(name=pool, type=POOL_TYPE))
            return True
    if found.type != POOL_TYPE:
        raise PoolUnusable(
            f"the work pool {pool!r} is of type {found.type!r}; name one of type {POOL_TYPE!r}, or a new one"
        )
    return False
