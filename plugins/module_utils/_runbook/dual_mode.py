# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks that can log in either way: find the setting that chooses (runbook-idioms, section 3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import Command, commands
from .dataflow import Variables
from .report import Report
from .syntax import (
    Script,
    ancestors,
    peel_parentheses,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_CHOICES = {"switch_statement", "if_statement", "try_statement"}


def report_dual_mode(script: Script, variables: Variables, run_as: Node, identity: Command, report: Report) -> None:
    """Report at the Run As login which setting makes the runbook take its identity login instead."""
    choice = _common_choice(run_as, identity.node)
    if choice is None or choice.type == "try_statement":
        report.add("RA427", run_as, command=identity.written)
        return
    setting = _setting(script, variables, choice)
    branch = _branch(script, choice, identity.node)
    report.add("RA426", run_as, setting=setting, branch=branch)


def _common_choice(one: Node, other: Node) -> Node | None:
    above = {(a.type, a.start_byte, a.end_byte) for a in ancestors(other)}
    for ancestor in ancestors(one):
        if (ancestor.type, ancestor.start_byte, ancestor.end_byte) in above and ancestor.type in _CHOICES:
            return ancestor
    return None


def _setting(script: Script, variables: Variables, choice: Node) -> str:
    condition = next((c for c in choice.named_children if c.type in ("switch_condition", "pipeline")), choice)
    text = " ".join(script.text(condition).strip("()").split())[:80]
    inner = peel_parentheses(condition.named_children[0] if condition.named_child_count == 1 else condition)
    if inner.type == "variable":
        source = _automation_variable(script, variables, variable_name(script.text(inner)))
        return f"{text} (automation variable {source})" if source else text
    return text


def _automation_variable(script: Script, variables: Variables, name: str) -> str | None:
    values = [binding.value for binding in variables.bindings[name] if binding.value is not None]
    for command in commands(script):
        if command.name != "get-automationvariable":
            continue
        if any(v.start_byte <= command.node.start_byte and command.node.end_byte <= v.end_byte for v in values):
            found = [variables.constant(a.value)[0] for a in command.arguments() if a.value is not None]
            return next((value for value in found if value is not None), None)
    return None


def _branch(script: Script, choice: Node, inside: Node) -> str:
    for ancestor in ancestors(inside):
        if ancestor.type == "switch_clause":
            return script.text(ancestor.named_children[0]).strip("\"'")
        if ancestor.type == "else_clause":
            return "else"
        if ancestor == choice:
            break
    return "then"
