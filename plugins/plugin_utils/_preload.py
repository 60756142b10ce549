# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the parent process imports and prepares before the workers fork (design, section 5).

A missing package is no error here: the step that needs it names it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import ssl

from ..module_utils._arguments import with_environment
from ..module_utils._azure.errors import AzureError
from ..module_utils._azure.transport import trust, usual_bundle
from ..module_utils._runbook.result import MissingPackage
from ._rehearsal import rehearse

# What the rehearsal does not reach, and some task does.
_NOT_REHEARSED = ("encodings.idna", "encodings.utf_8_sig", "tree_sitter_powershell", "tree_sitter_python")


def preload() -> None:
    """Import and prepare what the steps will need; a step names what it misses, so nothing is said here."""
    with contextlib.suppress(ImportError, OSError):
        _prepare_tls()
    with contextlib.suppress(ImportError, AzureError, MissingPackage):
        rehearse()
    for name in _NOT_REHEARSED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # Keeps the collector of each forked worker from touching, and so copying, what the parent imported
    # (Python's advice for processes that fork without exec; 6% of a task's CPU, measured).
    gc.freeze()


def _prepare_tls() -> None:
    """Read the trusted authorities, and let OpenSSL load its algorithms, which it does when a handshake begins."""
    settings = trust(with_environment({"ca_bundle": None})["ca_bundle"] or usual_bundle(os.environ))
    unanswered = settings.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        unanswered.do_handshake()
