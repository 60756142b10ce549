"""Print in one line what a test run runs on."""

from __future__ import annotations

import importlib.metadata
import platform

SHOWN = ("ansible-core", "azure-core", "azure-identity", "azure-mgmt-authorization", "azure-mgmt-automation")

versions = [f"{name} {importlib.metadata.version(name)}" for name in SHOWN]
print(", ".join([f"Python {platform.python_version()}", *versions]))
