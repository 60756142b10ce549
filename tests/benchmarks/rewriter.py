"""Measure the rewriter: CPU per KB and for 10,000 runbooks of the usual size.

    make bench                                    (among other things)
    python tests/benchmarks/rewriter.py --runbooks 1000

The runbooks are made up: the ways to log in that the tests have cases for, each followed by ordinary work until it has
8 KB, which is what real runbooks have on average. Their shares are about those of 758 real ones of accounts that used
Run As: three of five use it, half of these with AzureRM. No two are equal.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import pathlib
import re
import time

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import rewrite

CASES = pathlib.Path(__file__).parents[1] / "unit" / "plugins" / "module_utils" / "_runbook" / "cases"
USUAL_SIZE = 8 * 1024
SHAPES = {
    "plain": ("rewritten/guard", 4),
    "retry loop": ("rewritten/retry_loop", 1),
    "AzureRM": ("rewritten/azurerm_context", 6),
    "can do both": ("refused/dual_switch", 2),
    "refused": ("refused/object_passed_on", 3),
    "Python": ("rewritten/python_token", 1),
    "without Run As": ("not_used/credential", 8),
    "without Run As, mentions it": ("not_used/comment", 4),
}
POWERSHELL_WORK = """
# Step {n}: machines that have been idle
foreach ($vm in $machines_{n}) {{
    try {{
        $state = (Get-Item -Path "vm:\\$($vm.Name)" -ErrorAction Stop).State
        if ($state -ne 'deallocated' -and $vm.Tags['Schedule'] -like '*night*') {{
            Write-Output "Stopping $($vm.Name) of $($vm.ResourceGroupName)"
            Stop-Machine -Name $vm.Name -Group $vm.ResourceGroupName -Force | Out-Null
        }}
    }}
    catch {{
        Write-Error -Message "Could not stop $($vm.Name): $($_.Exception.Message)"
    }}
}}
"""
PYTHON_WORK = """

def stop_idle_machines_{n}(machines, token):
    # machines that have been idle
    stopped = []
    for machine in machines:
        if machine["state"] != "deallocated" and "night" in machine.get("tags", {{}}).get("schedule", ""):
            answer = requests.post(machine["id"] + "/deallocate", headers={{"Authorization": "Bearer " + token}})
            if answer.status_code >= 400:
                raise ValueError("Could not stop " + machine["name"])
            stopped.append(machine["name"])
    return stopped
"""


def runbook(case: str, number: int) -> tuple[bytes, str]:
    """A runbook of the usual size that begins as a case does, and Azure's name for its type."""
    head, before, *_after = re.split(
        r"^--- (?:before|after)\n", (CASES / f"{case}.case").read_text("utf-8"), flags=re.M
    )
    facts = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    runbook_type = facts.get("type", "PowerShell")
    work = PYTHON_WORK if runbook_type.startswith("Python") else POWERSHELL_WORK
    parts = [f"# Runbook {number}\n", before]
    for n in itertools.count(1):
        parts.append(work.format(n=n))
        if sum(map(len, parts)) >= USUAL_SIZE:
            return "".join(parts).encode(), runbook_type
    raise AssertionError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runbooks", type=int, default=10_000)
    runbooks = parser.parse_args().runbooks
    seconds: collections.Counter[str] = collections.Counter()
    sizes: collections.Counter[str] = collections.Counter()
    verdicts: dict[str, str] = {}
    mix = [(name, case) for name, (case, share) in SHAPES.items() for dummy in range(share)]
    for number, (name, case) in zip(range(runbooks), itertools.cycle(mix), strict=False):
        content, runbook_type = runbook(case, number)
        start = time.process_time()
        outcome = rewrite(content, runbook_type)
        seconds[name] += time.process_time() - start
        sizes[name] += len(content)
        verdicts[name] = outcome.verdict.value
    print("| runbook | verdict | ms of CPU per KB |\n| --- | --- | --- |")
    for name, verdict in verdicts.items():
        print(f"| {name} | {verdict} | {seconds[name] * 1000 / (sizes[name] / 1024):.2f} |")
    size = sizes.total() / runbooks / 1024
    print(f"\n{runbooks} runbooks of {size:.1f} KB: {seconds.total():.1f} s of CPU")


if __name__ == "__main__":
    main()
