# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook rehearse imports keeps to the copy: each play that logs in takes its login from runas_login."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._arguments import LOGIN

PLAYBOOKS = pathlib.Path(__file__).parents[2] / "playbooks"
GROUP = "group/azauto.runas_migration.all"
# A proof of who logs in that the task gives beats every other one in the environment; max_parallel leads nowhere, and
# the subscription is the account's.
NOT_NEEDED = {
    "subscription_id",
    "x509_certificate_path",
    "x509_certificate_password",
    "oidc_token",
    "oidc_token_file_path",
    "disable_instance_discovery",
    "max_parallel",
}


def plays(name: str) -> Iterator[dict[str, Any]]:
    for play in yaml.safe_load((PLAYBOOKS / name).read_text(encoding="utf-8")):
        imported = play.get("ansible.builtin.import_playbook")
        yield from plays(imported) if imported else [play]


def test_each_play_of_migrate_takes_its_login_and_ledger_from_variables() -> None:
    found = [play for play in plays("migrate.yml") if "azauto.runas_migration." in yaml.safe_dump(play)]
    assert found
    for play in found:
        defaults = play["module_defaults"][GROUP]
        for option in LOGIN.options.keys() - NOT_NEEDED:
            assert defaults[option] == "{{ runas_login." + option + " | default(omit, true) }}", play["name"]
        assert "runas_ledger" in defaults["ledger"]


def test_rehearse_sets_all_that_migrate_takes() -> None:
    text = (PLAYBOOKS / "rehearse.yml").read_text(encoding="utf-8")
    copy = next(play for play in yaml.safe_load(text) if play["name"] == "Make the copy")
    assert copy["vars"]["runas_login"].keys() == LOGIN.options.keys() - NOT_NEEDED
    imports = [play for play in yaml.safe_load(text) if "ansible.builtin.import_playbook" in play]
    assert len(imports) == 2
    assert all(copy["vars"].items() <= play["vars"].items() for play in imports)
