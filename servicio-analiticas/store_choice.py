"""Which store the settings name. Only who wants PostgreSQL loads its library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics_settings import Settings
from counting.totals import IdWindow
from database.connection import Connection
from database.failures import UnusableStoreError
from history.levels import Retention
from sqlite import backups, file_store
from storing.moving import move
from storing.resetting import start_new_epoca
from storing.store import Store

if TYPE_CHECKING:
    from postgres.server_url import ServerUrl


def name_of(settings: Settings) -> str:
    """How the store is called in what people read; a URL may hold a password."""
    return "of STORE_URL" if settings.store_url else settings.store_path


def open_store(settings: Settings) -> Store:
    """
    Raises StoreInUseError, UnusableStoreError, or what may go better at the next start:
    StoreUnavailableError and OSError.
    """
    window = IdWindow(settings.id_window_seconds, settings.id_window_rows)
    kept = Retention(
        settings.history_seconds_kept,
        settings.history_minutes_kept,
        settings.history_five_minutes_kept,
        settings.history_hours_kept,
    )
    if not settings.store_url:
        return file_store.open_store(Path(settings.store_path), window, kept)
    from postgres import server_store

    return server_store.open_store(_url(settings), window, kept)


def read_rejections(settings: Settings, limit: int) -> dict[str, Any]:
    """Raises what `open_store` does."""
    if not settings.store_url:
        return backups.read_rejections(Path(settings.store_path), limit)
    from postgres import server_care

    return server_care.read_rejections(_url(settings), limit)


def reset(settings: Settings) -> str:
    """Raises what `open_store` does."""
    if not settings.store_url:
        return backups.reset(Path(settings.store_path))
    from postgres import server_care

    return server_care.reset(_url(settings))


def prepare(settings: Settings) -> None:
    """Create the tables of a server's store. Raises what `open_store` does."""
    from postgres import server_care

    server_care.prepare_store(_url(settings))


def move_to_server(settings: Settings) -> None:
    """Everything from the file into PostgreSQL. Raises what `open_store` does."""
    from postgres import server_care

    file = Path(settings.store_path)
    if not file.exists():
        raise UnusableStoreError(f"STORE_PATH={settings.store_path!r} does not exist")
    with backups.held(file) as source, server_care.receiving(_url(settings)) as to:
        _move(source, to)


def move_to_file(settings: Settings) -> None:
    """The way back. Raises what `open_store` does."""
    from postgres import server_care

    file = Path(settings.store_path)
    with server_care.leaving(_url(settings)) as source, backups.held(file) as to:
        _move(source, to)


def _move(source: Connection, to: Connection) -> None:
    move(source, to)
    # Should somebody count into the old one again, its versions are others than those of the new.
    start_new_epoca(source)


def file_of(settings: Settings) -> Path:
    """The one file that holds it. Raises UnusableStoreError when there is none."""
    if settings.store_url:
        raise UnusableStoreError(
            "STORE_URL is set: PostgreSQL makes copies by its own means, pg_dump and pg_restore;"
            " docs/operations.md has the commands"
        )
    return Path(settings.store_path)


def _url(settings: Settings) -> ServerUrl:
    if not settings.store_url:
        raise UnusableStoreError("STORE_URL is not set: this is about a store in PostgreSQL")
    from postgres.server_url import ServerUrl

    return ServerUrl(settings.store_url, settings.store_password_file)
