from __future__ import annotations

from comun.availability import NotAvailableError


class StoreUnavailableError(NotAvailableError):
    """Nothing was written, and it may go better later: locked, full, read-only, not reached."""


class CommitFailedError(RuntimeError):
    """What is in the store is unknown until it is opened again, or it needs a person."""


class StoreInUseError(RuntimeError):
    """Another process counts into this store."""


class UnusableStoreError(RuntimeError):
    """No store of ours, damaged, of a later version, or not to be opened; the text says why."""
