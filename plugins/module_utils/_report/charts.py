# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Charts as SVG inside of the page: a bar of parts and a ring. Colours come from the page's style, by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_WIDTH = 1000.0
_GAP = 3.0


@dataclass(frozen=True)
class Part:
    """A part of a whole. ``kind`` is a word of ours, which the style gives a colour; ``label`` is ours too."""

    kind: str
    label: str
    count: int


def stacked_bar(parts: Sequence[Part], name: str) -> str:
    """Return a bar whose parts are as wide as their counts; the legend beside it tells the numbers."""
    shown = [part for part in parts if part.count > 0]
    total = sum(part.count for part in shown)
    pieces, left = [], 0.0
    room = _WIDTH - _GAP * max(0, len(shown) - 1)
    for part in shown:
        width = room * part.count / total
        pieces.append(
            f'<rect class="f-{part.kind}" x="{left:.2f}" y="0" width="{width:.2f}" height="20">'
            f"<title>{part.label}: {part.count}</title></rect>"
        )
        left += width + _GAP
    body = "".join(pieces) or '<rect class="f-none" x="0" y="0" width="1000" height="20"/>'
    return (
        f'<svg class="bar" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" '
        f'aria-label="{_told(name, shown)}">{body}</svg>'
    )


def ring(parts: Sequence[Part], name: str, middle: str) -> str:
    """Return a ring of parts with a short text of ours in the middle."""
    shown = [part for part in parts if part.count > 0]
    total = sum(part.count for part in shown)
    gap = 0.8 if len(shown) > 1 else 0.0
    pieces, start = ['<circle class="track" cx="60" cy="60" r="48" pathLength="100"/>'], 0.0
    for part in shown:
        length = 100.0 * part.count / total
        pieces.append(
            f'<circle class="s-{part.kind}" cx="60" cy="60" r="48" pathLength="100" '
            f'stroke-dasharray="{max(length - gap, 0.4):.2f} 100" stroke-dashoffset="{-start:.2f}" '
            f'transform="rotate(-90 60 60)"><title>{part.label}: {part.count}</title></circle>'
        )
        start += length
    text = f'<text x="60" y="60" text-anchor="middle" dominant-baseline="central">{middle}</text>'
    label = _told(name, shown)
    return f'<svg class="ring" viewBox="0 0 120 120" role="img" aria-label="{label}">{"".join(pieces)}{text}</svg>'


def _told(name: str, parts: Sequence[Part]) -> str:
    told = ", ".join(f"{part.label} {part.count}" for part in parts)
    return f"{name}: {told or 'none'}"
