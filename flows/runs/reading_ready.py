"""Imported by the fork server of worker processes that read pages: what each of them would load is loaded once.

Its children share the memory too, as long as nobody writes to it.
"""

from __future__ import annotations

from flows.runs.warming import settle_before_forking, warm_extraction

warm_extraction()
settle_before_forking()
