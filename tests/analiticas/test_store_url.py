"""What STORE_URL may say, and in which words it is refused."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from analytics_settings import Settings
from database.failures import StoreUnavailableError, UnusableStoreError
from decoding.message import Message
from postgres.server_url import ServerUrl
from store_choice import file_of, open_store, prepare, read_rejections
from tests.port_ranges import free_ports
from tests.postgres_stack import Postgres
from tests.stack import ROOT

SECRET = "la-clave"


def at(url: str, password_file: Path | str = "") -> Settings:
    return Settings(store_url=url, store_password_file=str(password_file))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"mysql://yo:{SECRET}@host/pulso", "is no address of a PostgreSQL, like postgresql://"),
        (f"pulso:{SECRET}@host", "is no address of a PostgreSQL"),
        (f"postgresql://yo:{SECRET}@host/pulso?colour=red", "only parameters that libpq knows"),
        (f"postgresql://yo:{SECRET}@a,b,c/pulso?port=1,2", "names 3 hosts and 2 ports"),
    ],
)
def test_what_is_no_url(url: str, says: str) -> None:
    """It is said without the password that it may hold."""
    with pytest.raises(UnusableStoreError, match=says) as refused:
        open_store(at(url)).close()

    assert SECRET not in str(refused.value)


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnusableStoreError, match=r"STORE_PASSWORD_FILE='.*/nada' can't be read"):
        open_store(at("postgresql://yo@127.0.0.1/pulso", tmp_path / "nada"))


def test_the_password_is_in_a_file(postgres: Postgres, tmp_path: Path) -> None:
    """One line of it; a wrong one is refused in one sentence."""
    file = tmp_path / "clave"
    url = account(postgres, "con_clave", may_create=True)
    file.write_text(f"{SECRET}\n")
    open_store(at(url, file)).close()

    file.write_text("otra")
    with pytest.raises(UnusableStoreError, match="password authentication failed") as refused:
        open_store(at(url, file))
    assert "otra" not in str(refused.value)


def test_an_account_without_rights(postgres: Postgres) -> None:
    """It can neither make the tables nor use them; once it may use them it needs no more."""
    url = account(postgres, "con_poco")
    schema = url.rpartition("%3D")[2]

    with pytest.raises(UnusableStoreError, match="account con_poco can't create the tables"):
        open_store(at(url))
    prepare(at(postgres.url(schema=schema)))
    with pytest.raises(UnusableStoreError, match="con_poco may not read and write all tables"):
        open_store(at(url))
    with postgres.admin() as db:
        rights = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"
        db.execute(f"GRANT {rights} IN SCHEMA {schema} TO con_poco")

    with closing(open_store(at(url))) as store:
        store.apply([Message(1, b'{"cliente":"a"}', "uno"), Message(2, b"malo")])
        while store.tend():
            pass
    assert len(read_rejections(at(url), 9)["muestras"]) == 1


def account(postgres: Postgres, name: str, may_create: bool = False) -> str:
    """The address of a fresh store for an account that may use its schema."""
    schema = postgres.fresh().rpartition("%3D")[2]
    with postgres.admin() as db:
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
            db.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
        db.execute(f"GRANT USAGE{', CREATE' if may_create else ''} ON SCHEMA {schema} TO {name}")
    return postgres.url(user=name, schema=schema)


def test_tables_of_another_version(postgres: Postgres) -> None:
    """They are left as they are."""
    url = postgres.fresh()
    open_store(at(url)).close()
    with postgres.admin(url.rpartition("%3D")[2]) as db:
        db.execute("UPDATE esquema SET version = 99")

    with pytest.raises(UnusableStoreError, match="of version 99, and this program knows 1"):
        open_store(at(url))


def test_hosts_are_tried_in_order(postgres: Postgres) -> None:
    """One that is not there is passed over; one that is to be tried last is."""
    (nobody,) = free_ports(1)
    schema = postgres.fresh().rpartition("%3D")[2]
    hosts = f"127.0.0.1:{nobody},127.0.0.1:{postgres.port}"
    url = f"postgresql://postgres@{hosts}/postgres?options=-csearch_path%3D{schema}"

    open_store(at(url)).close()

    read = ServerUrl(url)
    read.try_last(("127.0.0.1", str(nobody)))
    assert str(read) == f"postgres on 127.0.0.1:{postgres.port},127.0.0.1:{nobody}"
    assert f"port={postgres.port},{nobody}" in read.conninfo()


def test_no_server() -> None:
    """It may come: that is no wrong setting."""
    (nobody,) = free_ports(1)
    with pytest.raises(StoreUnavailableError):
        open_store(at(f"postgresql://yo@127.0.0.1:{nobody}/pulso"))


def test_a_file_is_asked_for() -> None:
    """Copies of files are made of files."""
    with pytest.raises(UnusableStoreError, match="pg_dump"):
        file_of(at("postgresql://yo@host/pulso"))


def test_how_the_service_ends() -> None:
    """With 2 for a wrong setting, by which who starts it knows that another start is no help."""
    ended = subprocess.run(
        [sys.executable, ROOT / "servicio-analiticas" / "analiticas.py"],
        env={"PATH": os.environ["PATH"], "STORE_URL": f"mysql://yo:{SECRET}@host/pulso"},
        capture_output=True,
        text=True,
        check=False,
    )

    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    assert "can't use the store of STORE_URL" in said
    assert SECRET not in said
    assert "Traceback" not in said
