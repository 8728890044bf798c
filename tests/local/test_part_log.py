"""What a part says, on a disk that may be full."""

from __future__ import annotations

from pathlib import Path

from parts.part_log import PartLog


def test_a_full_disk_ends_nothing(tmp_path: Path) -> None:
    """What could not be written is told once there is room; what comes then is there."""
    path = tmp_path / "part.log"
    log = PartLog(path)
    path.symlink_to("/dev/full")
    log.write(b"lost\n")
    log.write(b"lost too\n")

    path.unlink()
    log.write(b"kept\n")

    assert path.read_bytes() == b"... 14 bytes could not be written here\nkept\n"
