"""What every module, role and requirement of the collection must have around it."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
from typing import Any

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._arguments import LOGIN

ROOT = pathlib.Path(__file__).parents[2]
COLLECTION = "azauto.runas_migration"
GROUP = f"{COLLECTION}.all"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").glob("*") if path.is_dir())


@pytest.fixture(scope="module")
def documentation() -> dict[str, Any]:
    """The documentation of every module, its fragments merged, as users read it."""
    names = [f"{COLLECTION}.{module}" for module in MODULES]
    answer = subprocess.run(
        ["ansible-doc", "--type", "module", "--json", *names], capture_output=True, text=True, check=True
    )
    shown: dict[str, Any] = json.loads(answer.stdout)
    return shown


def action_group() -> list[Any]:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    members: list[Any] = runtime["action_groups"]["all"]
    return members


def versions(file: str, separator: str) -> dict[str, str]:
    """Package name to version, of a requirements file whose lines are NAME SEPARATOR VERSION."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    entries = [line.split(";")[0].strip().partition(separator) for line in lines if not line.startswith((" ", "#"))]
    return {name: version for name, found, version in entries if found}


FLOORS = versions("requirements.txt", ">=")
NEWEST = versions("tests/requirements/newest.txt", "==")
OLDEST = versions("tests/requirements/oldest.txt", "==")


def test_the_action_group_names_exactly_the_modules_there_are() -> None:
    named = sorted(member for member in action_group() if isinstance(member, str))
    assert named == MODULES


def test_the_action_group_also_covers_what_azure_azcollection_users_set() -> None:
    assert {"metadata": {"extend_group": ["azure.azcollection.all"]}} in action_group()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_an_action_plugin_of_its_name(module: str) -> None:
    assert (ROOT / "plugins" / "action" / f"{module}.py").is_file()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_that_it_fully_supports_check_and_diff_mode(module: str, documentation: dict[str, Any]) -> None:
    attributes = documentation[f"{COLLECTION}.{module}"]["doc"]["attributes"]
    support = {name: attribute["support"] for name, attribute in attributes.items()}
    wanted = ("check_mode", "diff_mode", "idempotent", "platform", "action_group")
    assert support == dict.fromkeys(wanted, "full")
    assert attributes["action_group"]["membership"] == [GROUP]
    assert all(attribute["description"] for attribute in attributes.values())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_shows_examples_and_describes_what_it_returns(module: str, documentation: dict[str, Any]) -> None:
    page = documentation[f"{COLLECTION}.{module}"]
    assert any(f"{COLLECTION}.{module}" in task for task in yaml.safe_load(page["examples"]))
    assert page["return"]


def test_the_inventory_takes_the_login_of_the_modules_and_shows_examples() -> None:
    name = f"{COLLECTION}.automation_accounts"
    answer = subprocess.run(
        ["ansible-doc", "--type", "inventory", "--json", name], capture_output=True, text=True, check=True
    )
    page = json.loads(answer.stdout)[name]
    options = page["doc"]["options"]
    assert {option: options[option]["type"] for option in LOGIN.options} == {
        option: spec["type"] for option, spec in LOGIN.options.items()
    }
    example = yaml.safe_load(page["examples"])
    assert example["plugin"] == name
    assert example.keys() <= options.keys()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_checks_and_explains_its_options(role: str) -> None:
    folder = ROOT / "roles" / role
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    assert specs["argument_specs"]["main"]["options"]
    assert (folder / "README.md").is_file()


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_the_oldest_set_that_is_tested_is_the_oldest_that_is_allowed(package: str, floor: str) -> None:
    tested = OLDEST[package]
    assert tested == floor or tested.startswith(f"{floor}.")


@pytest.mark.parametrize("package", FLOORS)
def test_the_newest_set_that_is_tested_holds_every_requirement(package: str) -> None:
    assert package in NEWEST


@pytest.mark.parametrize("locked", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_both_sets_hold_what_the_simulator_needs(locked: dict[str, str]) -> None:
    project = (ROOT / "tests" / "simulator" / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.DOTALL | re.MULTILINE)
    assert listed is not None
    needed = set(re.findall(r'"([A-Za-z0-9-]+)', listed[1]))
    assert needed and needed <= locked.keys()
