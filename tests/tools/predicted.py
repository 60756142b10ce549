"""Compare what check mode predicted with what the run then did.

    python tests/tools/predicted.py RESULTS.jsonl

RESULTS holds what each step returned on each account (callback/step_results.py),
first in check mode and then for real. Exits with 1, and a sentence for each
step, where the two differ in more than what only Azure decides.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

Json = dict[str, Any]
KNOWN_AFTER_APPLY = "(known after apply)"


def main() -> None:
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    # A step that only reads has no plan.
    results = [item for item in map(json.loads, lines) if "plan_fingerprint" in item]
    predicted = {(item["host"], item["step"]): item for item in results if item["check"]}
    made = {(item["host"], item["step"]): item for item in results if not item["check"]}
    differing = [f"{host}, {step}" for host, step in sorted(predicted | made) if differs(predicted, made, (host, step))]
    for place in differing:
        print(f"the run did other than check mode predicted: {place}", file=sys.stderr)
    changes = sum(len(item["changes"]) for item in predicted.values())
    if not changes:
        sys.exit("check mode predicted nothing at all")
    if differing:
        sys.exit(1)
    print(f"{changes} changes in {len(made)} steps were predicted and then made")


def differs(predicted: dict[tuple[str, str], Json], made: dict[tuple[str, str], Json], place: tuple[str, str]) -> bool:
    """Tell whether one step was predicted otherwise than it was made, or in one of the two only."""
    if place not in predicted or place not in made:
        return True
    before, after = predicted[place], made[place]
    return before["plan_fingerprint"] != after["plan_fingerprint"] or not matches(before["changes"], after["changes"])


def matches(predicted: Any, made: Any) -> bool:
    """Tell whether two values are equal, where what only Azure decides may be anything."""
    if isinstance(predicted, str) and KNOWN_AFTER_APPLY in predicted:
        return made is not None
    if isinstance(predicted, dict) and isinstance(made, dict):
        return predicted.keys() == made.keys() and all(matches(predicted[key], made[key]) for key in predicted)
    if isinstance(predicted, list) and isinstance(made, list):
        return len(predicted) == len(made) and all(map(matches, predicted, made))
    return bool(predicted == made)


if __name__ == "__main__":
    main()
