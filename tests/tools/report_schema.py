"""Write docs/report.schema.json, the JSON schema of report.json, from the collection's own shapes.

    python tests/tools/report_schema.py          (prints it)
    python tests/tools/report_schema.py --write  (into docs/report.schema.json)

tests/unit/plugins/module_utils/_report/test_json_report.py fails when the file is not what this prints.
"""

from __future__ import annotations

import json
import pathlib
import sys

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shapes import report_schema

FILE = pathlib.Path(__file__).parents[2] / "docs" / "report.schema.json"


def main() -> None:
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(text(), encoding="utf-8")
    else:
        print(text(), end="")


def text() -> str:
    """The file as it should be."""
    return json.dumps(report_schema(), indent=1) + "\n"


if __name__ == "__main__":
    main()
