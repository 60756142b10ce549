"""Take the pictures of the report that README.md and docs/report.md show.

    tests/tools/report_pictures [FOLDER]

Makes the report of a made-up estate and takes pictures of it with Debian's chromium, into docs/images or FOLDER.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import perform_locally
from ansible_collections.azauto.runas_migration.tests.browser.chromium import Chromium
from ansible_collections.azauto.runas_migration.tests.tools import report_estate

IMAGES = pathlib.Path(__file__).parents[2] / "docs" / "images"
WIDTH = 1200


def main() -> None:
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, Chromium() as browser:
        page = make_report(pathlib.Path(place))
        browser.screen(WIDTH, 860)
        browser.open(page)
        (folder / "report.png").write_bytes(browser.picture())
        articles = "Array.from(document.querySelectorAll('article'))"
        own = browser.value(f"{articles}.find((one) => one.textContent.includes('aa-finance-prod')).id")
        browser.screen(WIDTH, 1180)
        browser.open(page, f"#{own}")
        titles = f"Array.from(document.querySelectorAll('#{own} h3'))"
        browser.value(f"{titles}.find((one) => one.textContent.startsWith('Roles')).scrollIntoView()")
        (folder / "report_account.png").write_bytes(browser.picture())


def make_report(place: pathlib.Path) -> pathlib.Path:
    """Write the report of the made-up estate and return its page."""
    report_estate.demo_estate(place / "ledger")
    parameters = {"folders": ["ledger"], "dest": "report", "formats": ["html"], "show_content": True, "title": None}
    result = perform_locally(report.run, parameters, base=place, check_mode=False, diff_mode=False)
    if result.get("failed"):
        sys.exit(result["msg"])
    return place / "report" / "report.html"


if __name__ == "__main__":
    main()
