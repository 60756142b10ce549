# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hand-over file: what it says, whom it lets in, and that no name can make it do something else."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.directory_access import (
    GraphWrite,
    add_to_group,
    give_app_role,
    give_directory_role,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import HandOver
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import Target
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_giving import command_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.hand_over import (
    file_name,
    one_line,
    render_hand_over,
    write_hand_over,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import KNOWN_AFTER_APPLY, StepError

GRAPH = "https://graph.microsoft.com"
ID, OTHER, THIRD = (f"{letter * 8}-1111-4111-8111-111111111111" for letter in "abc")
TARGET = Target(AccountId("s1", "rg", "aa"), "system", ID)


def asked(role: str = "User.Read.All", scope: str = "Microsoft Graph") -> HandOver:
    command = command_of(GRAPH, give_app_role(ID, OTHER, THIRD))
    return HandOver("app_role", role, scope, "Runbooks need it.", "an administrator", command)


def test_the_command_is_one_call_of_az_rest() -> None:
    assert command_of(GRAPH, give_app_role(ID, OTHER, THIRD)) == (
        f"az rest --method POST --url https://graph.microsoft.com/v1.0/servicePrincipals/{OTHER}/appRoleAssignedTo "
        "--headers Content-Type=application/json --body "
        f'\'{{"principalId": "{ID}", "resourceId": "{OTHER}", "appRoleId": "{THIRD}"}}\''
    )


def test_a_dollar_and_a_blank_reach_az_as_they_are() -> None:
    words = shlex.split(command_of(GRAPH, add_to_group(GRAPH, KNOWN_AFTER_APPLY, OTHER)))
    assert words[5] == f"{GRAPH}/v1.0/groups/{OTHER}/members/$ref"
    assert words[-1] == f'{{"@odata.id": "{GRAPH}/v1.0/directoryObjects/{KNOWN_AFTER_APPLY}"}}'


@pytest.mark.parametrize("scope", ["/", f"/administrativeUnits/{OTHER}", f"/{OTHER}"])
def test_the_scopes_of_directory_roles_are_ids(scope: str) -> None:
    assert scope in command_of(GRAPH, give_directory_role(ID, OTHER, scope))


@pytest.mark.parametrize(
    "write",
    [
        give_app_role(ID, "'; rm -rf /; '", THIRD),
        give_app_role(ID, OTHER, "$(id)"),
        give_directory_role(ID, OTHER, "/administrativeUnits/x"),
        add_to_group(GRAPH, ID, "../users"),
    ],
)
def test_what_is_no_id_gets_into_no_command(write: GraphWrite) -> None:
    with pytest.raises(StepError, match="which is no id"):
        command_of(GRAPH, write)


def test_the_file_says_what_why_and_who_above_each_command() -> None:
    text = render_hand_over(TARGET, [asked()])
    assert text.startswith("#!/bin/sh\n")
    assert f"# Account:  {TARGET.account.arm_id}\n# Identity: system, object id {ID}\n" in text
    assert (
        "\n# App role User.Read.All at Microsoft Graph\n#   why: Runbooks need it.\n#   who: an administrator\naz rest "
    ) in text


def test_no_name_can_end_its_comment(tmp_path: Path) -> None:
    evil = "x\ntouch owned\r\u2028touch owned\x1b[2K\u202e`touch owned` $(touch owned)"
    path = write_hand_over(tmp_path / "aa", "hand-over.sh", TARGET, [asked(evil, evil)])
    assert path is not None
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    assert [line.split()[0] for line in lines] == ["az"]
    (tmp_path / "az").write_text("#!/bin/sh\n")
    (tmp_path / "az").chmod(0o700)
    subprocess.run(["sh", str(path)], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["aa", "az"]


def test_a_name_is_one_printable_line_of_some_length() -> None:
    assert one_line("a\n\tb\x00\u202ec") == "a b c"
    assert len(one_line("x" * 1000)) == 300


def test_the_file_is_its_owners_and_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "aa"
    first = write_hand_over(folder, "hand-over.sh", TARGET, [asked(), asked("Mail.Send")])
    second = write_hand_over(folder, "hand-over.sh", TARGET, [asked("Mail.Send")])
    assert first == second == folder / "hand-over.sh"
    assert second.stat().st_mode & 0o777 == 0o600
    assert "User.Read.All" not in second.read_text()
    assert [item.name for item in folder.iterdir()] == ["hand-over.sh"]


def test_without_entries_an_older_file_goes(tmp_path: Path) -> None:
    write_hand_over(tmp_path, "hand-over.sh", TARGET, [asked()])
    assert write_hand_over(tmp_path, "hand-over.sh", TARGET, []) is None
    assert list(tmp_path.iterdir()) == []
    assert write_hand_over(tmp_path / "never", "hand-over.sh", TARGET, []) is None
    assert not (tmp_path / "never").exists()


def test_copies_of_a_part_have_files_of_their_own() -> None:
    assert file_name("", "", "") == "hand-over.sh"
    assert file_name("id-ops", "", "") == "hand-over-id-ops.sh"
    assert file_name("", "../My Connection", "app_roles") == "hand-over-.._My_Connection-app_roles.sh"
