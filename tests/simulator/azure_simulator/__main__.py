# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m azure_simulator``: see ``--help``."""

from __future__ import annotations

from azure_simulator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
