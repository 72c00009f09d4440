"""Imported by the fork server of worker processes that read pages and judge their comments: see `reading_ready`.

The heavy language detector costs two seconds of CPU and 200 MB once, where each worker paid for it on its own.
"""

from __future__ import annotations

import contextlib

from flows.runs.processing import processed as processed
from flows.runs.warming import settle_before_forking, warm_judging
from moderation.errors import ModerationError

with contextlib.suppress(ModerationError):  # a model that cannot be used: the worker meets it again and says so
    warm_judging()
settle_before_forking()
