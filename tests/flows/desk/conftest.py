from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from flows.desk.signing_in import passwords


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with its lowest cost: these tests are about who gets in, not about how long guessing takes."""
    monkeypatch.setattr(passwords, "hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys_hash.cache_clear()
