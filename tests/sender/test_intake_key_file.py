"""The file of API keys, and the command that makes one."""

import subprocess
import sys
from pathlib import Path

import pytest

from intake.access.keys import hash_of, read_keys
from tests.stack import ROOT


def test_key_file(tmp_path: Path) -> None:
    """Owner, hash and clients a line; comments and empty lines don't count."""
    path = tmp_path / "claves"
    path.write_text(f"# tienda\n\ntienda {hash_of('k').hex()}  web, app-*,  José \n", "utf-8")

    caller = read_keys(path)[hash_of("k")]

    assert caller.owner == "tienda"
    allowed = ["web", "app-", "app-uno", "José"]
    assert [name for name in [*allowed, "we", "webx", "app", ""] if caller.may_send_as(name)] == (
        allowed
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("tienda abc web", "SHA-256"),
        (f"tienda {'A' * 64} web", "SHA-256"),
        (f"tienda {'a' * 64}", "must be `owner"),
        (f"ti/enda {'a' * 64} web", "owner"),
        (f"tienda {'a' * 64} web,,app", "a name has"),
        (f"tienda {'a' * 64} {'x' * 65}", "a name has"),
        (f"a {'a' * 64} web\nb {'a' * 64} web", "line 2: the same key"),
        ("# nothing", "no key in it"),
    ],
)
def test_a_bad_key_file_is_one_sentence(tmp_path: Path, line: str, what: str) -> None:
    """It names the file and what is wrong: half a key file would lock somebody out silently."""
    path = tmp_path / "claves"
    path.write_text(line)

    with pytest.raises(ValueError, match="claves") as error:
        read_keys(path)
    assert what in str(error.value)


def test_command_makes_a_key(tmp_path: Path) -> None:
    """The line goes to standard output, the key to standard error, and they fit together."""
    command = [sys.executable, str(ROOT / "sender/intake_new_key.py"), "tienda", "web,app-*"]

    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(2)
    )

    path = tmp_path / "claves"
    path.write_text(first.stdout + second.stdout)
    key = first.stderr.removeprefix("key: ").strip()
    assert len(key) > 40
    assert key not in first.stdout
    assert len(read_keys(path)) == 2
    assert read_keys(path)[hash_of(key)].may_send_as("app-uno")


def test_command_refuses_what_is_no_client() -> None:
    """Before a key is made that nobody could use."""
    command = [sys.executable, str(ROOT / "sender/intake_new_key.py"), "tienda", "web,,"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "a name has" in done.stderr
    assert done.stdout == ""
