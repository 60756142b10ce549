"""docs/findings.md is what the list of findings says."""

from __future__ import annotations

import importlib.util
import pathlib
from types import ModuleType

ROOT = pathlib.Path(__file__).parents[2]


def generator() -> ModuleType:
    """The tool that writes the page; it lies beside the tests and in no package."""
    spec = importlib.util.spec_from_file_location("findings_page", ROOT / "tests" / "tools" / "findings_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_lists_every_finding_as_it_is() -> None:
    tool = generator()
    written = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert written == tool.page(), "run: python tests/tools/findings_page.py --write"


def test_facts_are_shown_in_italics_and_markup_as_it_is() -> None:
    prose = generator().prose
    assert prose("Connection {connection} of {account_name}") == "Connection *connection* of *account name*"
    assert prose("a*b|c<d") == "a\\*b\\|c&lt;d"
