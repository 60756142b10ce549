# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""update_runbook_file in a repository: rewritten in place, predicted exactly, the same on both paths."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.modules import update_runbook_file

from .conftest import ansible_playbook, tasks_that_keep_the_result, written

LOGIN = (
    "$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    "Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId "
    "-CertificateThumbprint $c.CertificateThumbprint\n"
)
OLD = LOGIN + "Get-AzVM\n"
NEW = "Connect-AzAccount -Identity\nGet-AzVM\n"
PINNED = LOGIN + "Select-AzSubscription -SubscriptionId $c.SubscriptionId\n"
PYTHON = """\
import automationassets
from azure.mgmt.compute import ComputeManagementClient

def log_in(conn):
    import adal
    from msrestazure.azure_active_directory import AdalAuthentication
    from OpenSSL import crypto
    pfx = crypto.load_pkcs12(automationassets.get_automation_certificate("AzureRunAsCertificate"))
    key = crypto.dump_privatekey(crypto.FILETYPE_PEM, pfx.get_privatekey())
    context = adal.AuthenticationContext("https://login.microsoftonline.com/" + conn["TenantId"])
    return AdalAuthentication(lambda: context.acquire_token_with_client_certificate(
        "https://management.azure.com/", conn["ApplicationId"], key, conn["CertificateThumbprint"]))

client = ComputeManagementClient(log_in(automationassets.get_automation_connection("AzureRunAsConnection")), "s")
client.virtual_machines.begin_start("group", "vm").wait()
"""
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
IDENTITY = "33333333-3333-3333-3333-333333333333"

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "crlf.ps1": lambda text: text.replace("\n", "\r\n").encode(),
    "mark.ps1": lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    "utf16le.ps1": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "utf16be.ps1": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "umlauts.ps1": lambda text: ("# Größe\n" + text).encode(),
    "no-last-end.ps1": lambda text: text.rstrip("\n").encode(),
}

# What the ordinary path adds of itself: it says which Python it found.
OF_THE_PROCESS = {"discovered_interpreter_python", "ansible_facts", "warnings", "deprecations", "invocation"}

Task = Callable[..., dict[str, Any]]


@pytest.fixture(params=[True, False], ids=["in process", "as a module"])
def in_process(request: pytest.FixtureRequest) -> bool:
    """Whether the task runs in Ansible's worker, or as a module."""
    chosen: bool = request.param
    return chosen


@pytest.fixture
def update(tmp_path: Path) -> Task:
    """Return a function that runs the module on localhost, relative paths starting at the playbook, ``tmp_path``."""
    return lambda *arguments, **options: run_task(tmp_path, True, *arguments, **options)


@pytest.fixture
def update_either(tmp_path: Path, in_process: bool) -> Task:
    """Return the same on one path and on the other."""
    return lambda *arguments, **options: run_task(tmp_path, in_process, *arguments, **options)


def run_task(
    folder: Path, in_process: bool, *arguments: str, defaults: dict[str, Any] | None = None, **options: Any
) -> dict[str, Any]:
    answer = folder / "result.json"
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "module_defaults": {"group/azauto.runas_migration.all": defaults or {}},
        "tasks": tasks_that_keep_the_result("update_runbook_file", options, answer),
    }
    run = ansible_playbook(written([play], folder), *arguments)
    assert run.code == 0, run.output + run.errors
    result: dict[str, Any] = json.loads(answer.read_text())
    return {key: value for key, value in result.items() if key not in OF_THE_PROCESS}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Return a folder with runbooks of every kind."""
    root = tmp_path / "repo"
    (root / "below").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "Start.ps1").write_text(OLD)
    (root / "below" / "Pin.ps1").write_text(PINNED)
    (root / "Clean.ps1").write_text("Get-Date\n")
    (root / "Manual.ps1").write_text(LOGIN + "Send-Report $c.CertificateThumbprint\n")
    (root / "Latin.ps1").write_bytes(b"# \xff\n" + OLD.encode())
    (root / ".git" / "Hidden.ps1").write_text(OLD)
    (root / "notes.md").write_text(OLD)
    for name, encode in ENCODINGS.items():
        (root / name).write_bytes(encode(OLD))
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {item["path"]: item["verdict"] for item in result["files"]}


def shown(result: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in result["files"] if item["path"] == path)
    return found


def git(*arguments: str, folder: Path) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)


def test_a_folder_is_rewritten_and_every_other_byte_stays(update_either: Task, repo: Path) -> None:
    before = contents(repo)
    result = update_either(path="repo")
    assert verdicts(result) == {
        "repo/Clean.ps1": "not_used",
        "repo/Latin.ps1": "unparsable",
        "repo/Manual.ps1": "manual",
        "repo/Start.ps1": "rewritten",
        "repo/below/Pin.ps1": "rewritten_with_assumptions",
        **{f"repo/{name}": "rewritten" for name in ENCODINGS},
    }
    wanted = {name: encode(NEW) for name, encode in ENCODINGS.items()}
    pinned = "Connect-AzAccount -Identity\nSelect-AzSubscription -SubscriptionId (Get-AzContext).Subscription.Id\n"
    assert contents(repo) == {**before, **wanted, "Start.ps1": NEW.encode(), "below/Pin.ps1": pinned.encode()}
    assert update_either(path="repo")["changed"] is False


def test_check_mode_predicts_what_the_run_does_and_writes_nothing(update_either: Task, repo: Path) -> None:
    before = contents(repo)
    options = {"path": ["repo"], "patch": "all.patch"}
    predicted = update_either("--check", "--diff", **options)
    assert contents(repo) == before
    assert not (repo.parent / "all.patch").exists()
    assert predicted == update_either("--diff", **options)
    assert predicted["changed"] is True


@pytest.mark.parametrize("arguments", [["--check", "--diff"], ["--diff"]], ids=["planned", "made"])
def test_both_paths_give_the_same_result(repo: Path, arguments: list[str]) -> None:
    results = []
    for in_process in (True, False):
        folder = repo.parent / f"copy-{in_process}"
        shutil.copytree(repo, folder / "repo")
        result = run_task(folder, in_process, *arguments, path="repo", patch="p", backup=True)
        results.append(
            json.loads(re.sub(r"\.\d+\.[-\d]+@[:\d]+~", "~", json.dumps(result).replace(str(folder), "FOLDER")))
        )
    fast, ordinary = results
    assert fast["changed"] is True
    assert fast == ordinary


@pytest.mark.parametrize(
    "options", [{"path": "nowhere"}, {"path": "repo", "identity": "user"}, {"path": "repo", "no_such_option": 1}, {}]
)
def test_both_paths_refuse_alike(repo: Path, options: dict[str, Any]) -> None:
    fast, ordinary = (run_task(repo.parent, in_process, **options) for in_process in (True, False))
    assert fast == ordinary
    assert fast["failed"] is True


def test_the_paths_are_what_they_say(repo: Path, in_process: bool) -> None:
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "tasks": [{"azauto.runas_migration.update_runbook_file": {"path": str(repo)}}],
    }
    run = ansible_playbook(written([play], repo.parent), "-vvv")
    assert run.code == 0, run.output
    assert ("AnsiballZ_" in run.output) is not in_process


def test_the_diff_shows_changed_lines_and_masks_secrets(update: Task, repo: Path) -> None:
    secret = "FAKE-secret-of-a-test"
    login = LOGIN.replace("\n", f"; $password = '{secret}'\n", 1)
    (repo / "Start.ps1").write_text(login)
    result = update("--check", "--diff", path="repo/Start.ps1")
    prepared = result["diff"][0]["prepared"]
    assert secret not in json.dumps(result)
    assert "-$c = Get-AutomationConnection -Name AzureRunAsConnection; $password = '********'" in prepared
    assert "+Connect-AzAccount -Identity" in prepared


def test_a_patch_makes_of_a_copy_what_the_run_made(update: Task, repo: Path) -> None:
    shutil.rmtree(repo / ".git")
    git("init", "--quiet", folder=repo)
    copy = repo.parent / "copy"
    shutil.copytree(repo, copy)
    result = update(path=["repo/below", "repo"], patch="changes.patch")
    assert result["patch_root"] == str(repo)
    patch = repo.parent / "changes.patch"
    git("apply", str(patch), folder=copy)
    assert {name: content for name, content in contents(copy).items() if not name.startswith(".git/")} == {
        name: content for name, content in contents(repo).items() if not name.startswith(".git/")
    }
    git("apply", "-R", str(patch), folder=repo)
    assert (repo / "Start.ps1").read_text() == OLD


def test_a_patch_that_is_there_is_kept(update: Task, repo: Path) -> None:
    patch = repo.parent / "changes.patch"
    patch.write_text("the record of another day\n")
    result = update(path="repo", patch=str(patch))
    assert "is there already and holds something else" in result["msg"]
    assert (repo / "Start.ps1").read_text() == OLD
    assert patch.read_text() == "the record of another day\n"


def test_no_patch_is_written_when_nothing_changes(update: Task, repo: Path) -> None:
    first = update(path="repo", patch="changes.patch")
    content = (repo.parent / "changes.patch").read_bytes()
    second = update(path="repo", patch="changes.patch")
    assert (first["changed"], second["changed"]) == (True, False)
    assert "patch" not in second
    assert (repo.parent / "changes.patch").read_bytes() == content


def test_a_patch_without_a_place_is_refused_before_anything_is_written(update: Task, repo: Path) -> None:
    for arguments in (["--check"], []):
        result = update(*arguments, path="repo", patch="nowhere/changes.patch")
        assert "its folder is not there" in result["msg"]
    assert (repo / "Start.ps1").read_text() == OLD


def test_a_backup_holds_what_was_there(update: Task, repo: Path) -> None:
    (repo / "Start.ps1").chmod(0o750)
    predicted = update("--check", path="repo/Start.ps1", backup=True)
    assert shown(predicted, "repo/Start.ps1")["backup_file"] == "(known after apply)"
    backup = Path(shown(update(path="repo/Start.ps1", backup=True), "repo/Start.ps1")["backup_file"])
    assert backup.read_text() == OLD
    assert stat.S_IMODE(backup.stat().st_mode) == stat.S_IMODE((repo / "Start.ps1").stat().st_mode) == 0o750
    assert update(path="repo", backup=True, include="Start*")["changed"] is False


def test_of_a_link_the_target_is_rewritten_and_the_link_stays(update: Task, repo: Path) -> None:
    (repo / "Linked.ps1").symlink_to("below/real.txt")
    (repo / "below" / "real.txt").write_text(OLD)
    update(path="repo/Linked.ps1")
    assert (repo / "Linked.ps1").is_symlink()
    assert (repo / "below" / "real.txt").read_text() == NEW


def test_what_cannot_be_looked_at_is_reported(update: Task, repo: Path) -> None:
    os.mkfifo(repo / "Pipe.ps1")
    (repo / "Huge.ps1").write_bytes(OLD.encode() + b"#" * 6_000_000)
    (repo / "Circle.ps1").symlink_to("Circle.ps1")
    result = update(path="repo", include=["Pipe*", "Huge*", "Circle*"])
    codes = {item["path"]: [said["code"] for said in item["findings"]] for item in result["files"]}
    assert codes == {"repo/Circle.ps1": ["RA480"], "repo/Huge.ps1": ["RA481"], "repo/Pipe.ps1": ["RA481"]}
    assert set(verdicts(result).values()) == {"unreadable"}
    assert [said["code"] for said in result["findings"]] == ["RA480", "RA481", "RA481"]


def test_a_read_only_file_stops_the_run_before_anything_is_written(update: Task, repo: Path) -> None:
    (repo / "Start.ps1").chmod(0o444)
    (repo / "Clean.ps1").chmod(0o444)
    for arguments in (["--check"], []):
        result = update(*arguments, path="repo")
        assert "repo/Start.ps1: it is read-only" in result["msg"]
        assert "Clean.ps1" not in result["msg"]
    assert (repo / "crlf.ps1").read_bytes() == ENCODINGS["crlf.ps1"](OLD)


@pytest.mark.parametrize(("path", "code"), [("repo/Clean.ps1", 0), ("repo/Start.ps1", 2), ("nowhere", 2)])
def test_a_pipeline_fails_while_a_run_as_account_is_used(repo: Path, path: str, code: int) -> None:
    """The last example of the module's page."""
    task = yaml.safe_load(update_runbook_file.EXAMPLES)[-1]
    task["azauto.runas_migration.update_runbook_file"]["path"] = path
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
    assert ansible_playbook(written([play], repo.parent)).code == code
    assert (repo / "Start.ps1").read_text() == OLD


def test_a_path_that_is_not_there_changes_nothing(update: Task, repo: Path) -> None:
    result = update(path=["repo", "nowhere"])
    assert result["msg"] == "There is no file or folder nowhere. Correct the option path. Nothing was changed."
    assert (repo / "Start.ps1").read_text() == OLD


def test_the_subscription_of_a_connection_is_pinned(update: Task, repo: Path) -> None:
    connections = {"azurerunasconnection": {"subscription_id": SUBSCRIPTION}}
    result = update(path="repo/below/Pin.ps1", connections=connections)
    assert verdicts(result) == {"repo/below/Pin.ps1": "rewritten"}
    assert f"-SubscriptionId '{SUBSCRIPTION}'\n" in (repo / "below" / "Pin.ps1").read_text()


@pytest.mark.parametrize("wrong", [{"C": "text"}, {"C": {"id": SUBSCRIPTION}}, {"C": {"tenant_id": "contoso"}}])
def test_connections_that_tell_nothing_are_refused(update: Task, repo: Path, wrong: dict[str, Any]) -> None:
    assert "The option connections is wrong about C." in update(path="repo", connections=wrong)["msg"]


def test_a_python_runbook_uses_the_packages_there_are(update: Task, repo: Path) -> None:
    (repo / "start.py").write_text(PYTHON)
    update(path="repo/start.py", python_version=3, python_packages=["Azure-Identity"])
    assert "from azure.identity import ManagedIdentityCredential\n" in (repo / "start.py").read_text()


def test_a_python_runbook_whose_version_is_not_known_uses_none(update: Task, repo: Path) -> None:
    (repo / "start.py").write_text(PYTHON)
    result = update(path="repo/start.py", python_packages="azure-identity")
    assert verdicts(result) == {"repo/start.py": "rewritten_with_assumptions"}
    assert "azure.identity" not in (repo / "start.py").read_text()


def test_a_python_2_runbook_is_left_to_people(update: Task, repo: Path) -> None:
    (repo / "start.py").write_text(PYTHON)
    assert verdicts(update(path="repo/start.py", python_version="2")) == {"repo/start.py": "manual"}


def test_a_user_assigned_identity_is_named_by_its_client_id(update: Task, repo: Path) -> None:
    update(path="repo/Start.ps1", identity=IDENTITY)
    assert (repo / "Start.ps1").read_text() == f"Connect-AzAccount -Identity -AccountId {IDENTITY}\nGet-AzVM\n"


@pytest.mark.parametrize("identity", ["user", "/subscriptions/s/resourceGroups/g", "id-ops"])
def test_another_name_of_an_identity_is_refused(update: Task, repo: Path, identity: str) -> None:
    assert "client id" in update(path="repo", identity=identity)["msg"]


def test_defaults_for_all_modules_do_not_reach_it(update_either: Task, repo: Path) -> None:
    """The client id of the login is not the identity that runbooks shall log in as."""
    defaults = {"tenant": "t", "client_id": IDENTITY, "secret": "FAKE", "resource_group": "rg", "ledger": "l"}
    result = update_either(path="repo/Start.ps1", defaults=defaults)
    assert result["changed"] is True
    assert (repo / "Start.ps1").read_text() == NEW


def test_a_variable_of_the_environment_does_not_reach_it(
    update_either: Task, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", IDENTITY)
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION)
    update_either(path="repo/Start.ps1")
    assert (repo / "Start.ps1").read_text() == NEW
