"""Imported by the fork server of worker processes that read pages: what each of them would load is loaded once.

Its children share the memory too, as long as nobody writes to it.
"""

from __future__ import annotations

import gc

from flows.runs.warming import warm_extraction

warm_extraction()
gc.collect()
gc.freeze()  # a collection in a child would write to every object that it looks at, and so copy it
