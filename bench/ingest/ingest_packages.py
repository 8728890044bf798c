"""What the peers need of the system's packages."""

from __future__ import annotations

from bench_packages import FilePackage
from machine.system_packages import Package

PACKAGES = (
    Package("gcc", "gcc", "gcc"),
    FilePackage("/usr/include/stdio.h", "libc6-dev", ""),
    FilePackage("/usr/include/amqp.h", "librabbitmq-dev", ""),
    Package("node", "nodejs", "node"),
    Package("npm", "npm", "node"),
)
