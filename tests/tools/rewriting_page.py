"""Write the examples of docs/rewriting.md and docs/rewriting_examples.md from the cases that the tests run.

    python tests/tools/rewriting_page.py --write

The pages themselves say which cases go where: ``<!-- cases: rewritten/plain … -->`` starts a block of examples, and
``<!-- /cases -->`` ends it. tests/unit/test_rewriting_page.py fails when a page is not what this writes, or when a
case is shown nowhere.
"""

from __future__ import annotations

import pathlib
import re
import sys
from fnmatch import fnmatch

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import CODES

ROOT = pathlib.Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "rewriting.md", ROOT / "docs" / "rewriting_examples.md")
CASES = ROOT / "tests" / "unit" / "plugins" / "module_utils" / "_runbook" / "cases"
BLOCK = re.compile(r"(<!-- cases: (?P<names>[^>]*?) -->\n).*?(<!-- /cases -->)", re.DOTALL)


def main() -> None:
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    for path in PAGES:
        path.write_text(page(path), encoding="utf-8")


def page(path: pathlib.Path) -> str:
    """A whole page, its blocks of examples made anew. Raises FileNotFoundError for a case that is not there."""
    text = path.read_text("utf-8")
    return BLOCK.sub(lambda block: block[1] + "".join(map(example, shown(block["names"]))) + block[3], text)


def named() -> list[str]:
    """What all blocks of all pages name."""
    blocks = (block for path in PAGES for block in BLOCK.finditer(path.read_text("utf-8")))
    return [name for block in blocks for name in block["names"].split()]


def shown(names: str) -> list[str]:
    """The cases that a block names; ``rewritten/*`` names all that match and that no other block names more closely."""
    every = sorted(f"{path.parent.name}/{path.stem}" for path in CASES.glob("*/*.case"))
    found = []
    for name in names.split():
        closer = [other for other in named() if len(other) > len(name)]
        found += [name] if "*" not in name else [c for c in every if fnmatch(c, name) and not _matches(c, closer)]
    return found


def _matches(case: str, names: list[str]) -> bool:
    return any(fnmatch(case, name) for name in names)


def example(name: str) -> str:
    """One case as Markdown: its title, what it is rewritten with, the text before, and what becomes of it."""
    text = (CASES / f"{name}.case").read_text("utf-8")
    head, before, *after = re.split(r"^--- (?:before|after)\n", text, flags=re.MULTILINE)
    title, *lines = head.splitlines()
    facts = dict(line.split(": ", 1) for line in lines)
    is_python = facts.get("type", "").startswith("Python") or "/python_" in name
    language = "python" if is_python else "powershell"
    options = f" Options: `{facts['options']}`." if "options" in facts else ""
    parts = [f"\n**{title}.**{options}\n\n", fenced(before, language)]
    if after:
        parts += ["\nbecomes\n\n", fenced(after[0], language)]
    else:
        parts += [f"\n{said(facts.get('findings', ''))}\n"]
    return "".join([*parts, assumed(facts.get("assumptions", ""))])


def fenced(text: str, language: str) -> str:
    """A block of code; a text without a last line end gets one, for Markdown."""
    return f"```{language}\n{text.rstrip(chr(10))}\n```\n"


def said(findings: str) -> str:
    """What is said of a runbook that stays as it is."""
    places = [found.split("@") for found in findings.split()]
    texts = [f"`{code}` in line {line}: {CODES[code].remedy}" for code, line in places]
    texts = [re.sub(r"\{(\w+)\}", lambda fact: f"*{fact[1].replace('_', ' ')}*", text) for text in dict.fromkeys(texts)]
    return "stays: " + " ".join(texts) if texts else "stays."


def assumed(names: str) -> str:
    """The assumptions of a rewrite, each once."""
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names.split()))
    return f"\nassuming {listed}\n" if listed else ""


if __name__ == "__main__":
    main()
