"""What the comparison needs of the system's packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from machine.system_packages import Package


@dataclass(frozen=True, slots=True)
class FilePackage(Package):
    """One that is known by a file: a program outside PATH, a module, a header."""

    def installed(self) -> bool:
        return Path(self.program).exists()


PACKAGES = (
    Package("gcc", "gcc", "gcc"),
    FilePackage("/usr/include/stdio.h", "libc6-dev", ""),
    FilePackage("/usr/sbin/nginx", "nginx", ""),
    FilePackage("/usr/lib/nginx/modules/ngx_nchan_module.so", "libnginx-mod-nchan", ""),
)
