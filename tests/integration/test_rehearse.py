# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rehearse: exports, makes a copy in a running simulator, and migrates the copy twice."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .conftest import Azure, Run

ROOT = Path(__file__).parents[2]
REHEARSE, MIGRATE = "azauto.runas_migration.rehearse", "azauto.runas_migration.migrate"
Start = Callable[..., Azure]


def end_state() -> ModuleType:
    spec = importlib.util.spec_from_file_location("end_state", ROOT / "tests/tools/end_state.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rehearse(azure: Azure, endpoint: Path | str | None, *arguments: str, **environment: str) -> Run:
    """Rehearse with a login that reads only; what the rehearsal keeps lies beside the real simulator's ledger."""
    kept = azure.run_dir / "rehearsal"
    variables = {
        name: str(kept / name.removeprefix("rehearse_"))
        for name in ("rehearse_export", "rehearse_ledger", "rehearse_report")
    }
    if endpoint is not None:
        variables["rehearse_endpoint"] = str(endpoint)
    login = {**azure.environment("reader"), **environment}
    return azure.playbook(REHEARSE, "-e", json.dumps(variables), *arguments, **login)


def counts(run: Run, host: str) -> dict[str, int]:
    found = re.findall(rf"^{host}\s+: (ok=.*)$", run.output, re.MULTILINE)
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", found[-1])}


def test_a_rehearsal_ends_as_the_real_migration_does(start_azure: Start, azure: Azure) -> None:
    copy = start_azure("--empty")
    ids = [account["id"] for account in azure.state()["accounts"] if account["name"] in ("aa-plain", "aa-roles")]
    chosen = ("--limit", "aa-plain,aa-roles")
    run = rehearse(azure, copy.run_dir / "endpoint.json", *chosen)
    assert run.code == 0, run.output
    assert counts(run, "aa-plain")["failed"] == 0
    assert azure.writes() == []
    assert not azure.ledger.exists()
    assert (azure.run_dir / "rehearsal/report/report.html").is_file()
    assert copy.writes() != []

    real = azure.playbook(MIGRATE, *chosen)
    assert real.code == 0, real.output
    tool = end_state()
    rehearsed, done = (tool.projection(one.state(), ids) for one in (copy, azure))
    assert list(tool.differences(rehearsed, done)) == []


def test_every_rehearsal_begins_anew(start_azure: Start, azure: Azure) -> None:
    copy = start_azure("--empty")
    for number in (1, 2):
        run = rehearse(azure, copy.run_dir / "endpoint.json", "--limit", "aa-plain")
        assert run.code == 0, run.output
        assert "'runbook_published': 2" in run.output.replace('"', "'")
        # Seconds tell the ledgers apart, and rehearsals take longer.
        assert len(list((azure.run_dir / "rehearsal/ledger").iterdir())) == number


def test_a_rehearsal_tells_which_account_would_fail(start_azure: Start, azure: Azure) -> None:
    """The jobs of aa-hybrid run on a worker whose identity would change: enable_identity refuses it."""
    copy = start_azure("--empty")
    run = rehearse(azure, copy.run_dir / "endpoint.json", "--limit", "aa-hybrid,aa-plain")
    assert run.code != 0
    assert counts(run, "aa-hybrid")["failed"] == 1
    assert counts(run, "aa-plain")["failed"] == 0
    assert "would fail" in run.output
    assert "The migration of this account would fail" in run.output
    assert azure.writes() == []


@pytest.mark.parametrize("endpoint", [None, "/nowhere/endpoint.json"])
def test_without_a_simulator_nothing_is_even_read(azure: Azure, endpoint: str | None) -> None:
    run = rehearse(azure, endpoint, "--limit", "aa-plain")
    assert run.code != 0
    assert "Start a simulator" in run.output
    assert azure.requests() == []


def test_a_simulator_that_does_not_run_any_more_is_named(start_azure: Start, azure: Azure) -> None:
    endpoint = azure.run_dir / "old.json"
    endpoint.write_text(json.dumps({**azure.endpoint, "control": "https://127.0.0.1:9"}))
    run = rehearse(azure, endpoint, "--limit", "aa-plain")
    assert run.code != 0
    assert f"The simulator of {endpoint} does not answer" in run.output
    assert azure.endpoint["control_token"] not in run.output
    assert azure.writes() == []


@pytest.mark.parametrize(
    "address", ["https://management.azure.com", "https://127.0.0.1.example:443", "http://127.0.0.1:80", ""]
)
@pytest.mark.parametrize("listener", ["resource_manager", "control"])
def test_an_endpoint_that_is_not_on_loopback_is_refused(azure: Azure, listener: str, address: str) -> None:
    endpoint = azure.run_dir / "elsewhere.json"
    endpoint.write_text(json.dumps({**azure.endpoint, listener: address}))
    run = rehearse(azure, endpoint, "--limit", "aa-plain")
    assert run.code != 0
    assert "loopback only" in run.output
    assert azure.requests() == []


def test_check_mode_is_refused(azure: Azure) -> None:
    run = rehearse(azure, azure.run_dir / "endpoint.json", "--check", "--limit", "aa-plain")
    assert run.code != 0
    assert "Run it without --check" in run.output
    assert azure.requests() == []


@pytest.mark.parametrize("name", ["runas_ledger", "runas_login", "runas_assessments"])
def test_an_extra_variable_cannot_lead_it_away_from_the_copy(start_azure: Start, azure: Azure, name: str) -> None:
    copy = start_azure("--empty")
    value: Any = azure.login() if name == "runas_login" else str(azure.ledger)
    run = rehearse(azure, copy.run_dir / "endpoint.json", "-e", json.dumps({name: value}), "--limit", "aa-plain")
    assert run.code != 0
    assert "Nothing was rehearsed" in run.output
    assert azure.writes() == []
    assert not azure.ledger.exists()
    assert copy.writes() == []


def test_an_export_that_was_damaged_makes_no_copy(start_azure: Start, azure: Azure) -> None:
    """What the simulator refuses is said in its own words; the world that it had stays."""
    copy = start_azure()
    folder = azure.run_dir / "export"
    file = Path(azure.call("export_account", "aa-plain", login="reader", folder=str(folder))["file"])
    before = copy.state()
    for spoil, sentence in SPOILT:
        for path in (file, *(file.parent / "contents").iterdir()):
            path.with_suffix(".kept").write_bytes(path.read_bytes())
        spoil(file)
        assert sentence in refused(copy, file.parent)
        for path in [*file.parent.glob("*.kept"), *(file.parent / "contents").glob("*.kept")]:
            path.replace(path.with_suffix(".json") if path.parent == file.parent else path.with_suffix(""))
    assert copy.state() == before


def refused(azure: Azure, folder: Path) -> str:
    from urllib.error import HTTPError

    with pytest.raises(HTTPError) as caught:
        azure.control("PUT", "/estate", {"folders": [str(folder)]})
    assert caught.value.code == 400
    said: str = json.loads(caught.value.read())["error"]
    return said


def _edit(file: Path, name: str, value: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), name: value}))


SPOILT: list[tuple[Callable[[Path], Any], str]] = [
    (lambda file: file.write_bytes(file.read_bytes()[:-100]), "the export was cut short or edited"),
    (lambda file: _edit(file, "format", 2), "this export has format 2, and this simulator reads format 1"),
    (lambda file: _edit(file, "format", 0), "this export has format 0, and this simulator reads format 1"),
    (lambda file: _edit(file, "time", "2020-01-01T00:00:00Z"), "its checksum is another"),
    (lambda file: _edit(file, "kind", "something"), "no export of module export_account"),
    (lambda file: file.unlink(), "there is no export of an account in this folder"),
    (lambda file: next((file.parent / "contents").glob("[0-9a-f]*")).write_text("changed"), "content of a runbook"),
]
