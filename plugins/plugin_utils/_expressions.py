# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which texts of an inventory may be templates, on both sides of ansible-core 2.19.

Before 2.19 every variable is a template unless it is marked unsafe; since then
none is unless it is marked trusted. Values from Azure are never templates;
what stands in the inventory file is.

``ansible-inventory --list``, and so AWX, shows what is marked unsafe or is not
trusted as ``{"__ansible_unsafe": ...}``. Names and ids should not look so: text
that can be neither a template nor a call is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible import template
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.module_utils.parsing.convert_bool import boolean

# No braces, brackets, parentheses, quotes, bars, percent signs: nothing that begins a template or calls something.
_HARMLESS = re.compile(r"[\w .,:;/@+=&#!?*~-]*")
# None before ansible-core 2.19.
_trust: Callable[[str], str] | None = getattr(template, "trust_as_template", None)


def from_azure(value: Any) -> Any:
    """Return a value from Azure so that nothing in it is ever run, as a template or as an expression."""
    if isinstance(value, Mapping):
        return {key if _HARMLESS.fullmatch(key) else _unsafe(key): from_azure(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [from_azure(item) for item in value]
    if isinstance(value, str):
        return trusted(value) if _HARMLESS.fullmatch(value) else _unsafe(value)
    return value


def _unsafe(text: str) -> Any:
    if _trust is not None:
        return text
    from ansible.utils.unsafe_proxy import wrap_var

    return wrap_var(text)


def trusted(text: str) -> str:
    """Return a text so that it may be a template: one of our own, or one that cannot be any."""
    return text if _trust is None else _trust(text)


def refuse_broken(option: str, expressions: Iterable[Any]) -> None:
    """Raise AnsibleParserError for an expression that no variables could make sense of."""
    from jinja2 import Environment, TemplateSyntaxError

    for expression in expressions:
        try:
            # Nothing is rendered, so there is nothing to escape.
            Environment(autoescape=True).parse("{{ " + str(expression) + " }}")
        except TemplateSyntaxError as error:
            raise AnsibleParserError(f"{option}: {str(expression)!r} is no expression: {error.message}.") from None


def holds(templar: Any, condition: Any, variables: Mapping[str, Any]) -> bool:
    """Tell whether a condition of the inventory file is true. Raises AnsibleError where it cannot be evaluated."""
    templar.available_variables = variables
    if hasattr(templar, "evaluate_conditional"):
        return bool(templar.evaluate_conditional(condition))
    # As ansible-core before 2.19 evaluates the conditions of constructed groups.
    return bool(boolean(templar.template(f"{{% if {condition} %}}True{{% else %}}False{{% endif %}}")))


class Expressions:
    """Evaluates expressions for one account after the other, and remembers which could not be evaluated."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self._failed: dict[tuple[str, str], list[str]] = {}

    def evaluate(self, option: str, expression: Any, account: str, evaluator: Callable[[], Any]) -> Any:
        """Return what ``evaluator`` returns; None where it cannot, or AnsibleParserError if ``strict``."""
        try:
            return evaluator()
        except AnsibleError as error:
            if self._strict:
                said = " ".join(str(error).split())
                raise AnsibleParserError(
                    f"{option}: {str(expression)!r} cannot be evaluated for account {account}: {said}"
                ) from None
            self._failed.setdefault((option, str(expression)), []).append(account)
            return None

    def warnings(self) -> list[str]:
        """Return a sentence for each expression that could not be evaluated for some account."""
        return [
            f"{option}: {expression!r} cannot be evaluated for {len(accounts)} accounts, such as {accounts[0]}, and "
            "does not count for them. With strict: true this is an error."
            for (option, expression), accounts in self._failed.items()
        ]
