# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The templates of the frame of all pages, and of the index."""

from __future__ import annotations

PAGE = r"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{% block title %}{{ title }}{% endblock %}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="top"><div class="wide">
{% block heading %}{% endblock %}
<nav class="needs-js" aria-label="View"><button type="button" data-theme-switch>Light or dark</button><button
type="button" data-print>Print</button></nav>
</div></header>
<main class="wide" id="content">
{% block body %}{% endblock %}
</main>
<footer class="wide">Made by azauto.runas_migration from what the folders held{% if time %}
 up to {{ time | when }}{% endif %}. The checksums of this folder are in SHA256SUMS.</footer>
<script>{{ script }}</script>
</body>
</html>
"""

INDEX_START = r"""
{%- from "account" import findings_table -%}
{%- macro key(parts, links=false) -%}
{% for part in parts if part.count %}<li>{% if links %}
<a href="#accounts" data-state="{{ part.kind }}"><span class="dot b-{{ part.kind }}"></span> {{ part.label }} <b>{{
part.count }}</b></a>{% else %}
<span><span class="dot b-{{ part.kind }}"></span> {{ part.label }}</span> <b>{{ part.count }}</b>{% endif %}</li>
{% endfor %}
{%- endmacro -%}
<div class="over">
<section class="card pad all" aria-labelledby="o-accounts">
<div class="split"><div>
<h2 id="o-accounts">Accounts</h2><p class="big">{{ summary.accounts }} <small>{{ settled
}} need nothing more</small></p></div>
<p class="soft">{{ summary.run_as }} Run As account{{ "s" if summary.run_as != 1 }}, {{ summary.runbooks }} runbook{{
"s" if summary.runbooks != 1 }}, {{ summary.findings }} finding{{ "s" if summary.findings != 1 }}</p></div>
{{ states_bar }}<ul class="key">{{ key(states, true) }}</ul>
</section>
<section class="card pad" aria-labelledby="o-runbooks"><h2 id="o-runbooks">Runbooks with a Run As login</h2>
<div class="ringed">{{ runbooks_ring }}<ul class="key">{{ key(runbooks) }}{% if not used %}<li class="soft">none</li>
{% endif %}</ul></div></section>
<section class="card pad thin" aria-labelledby="o-run-as"><h2 id="o-run-as">Run As accounts</h2><p class="big">{{
summary.run_as }}</p>
{{ run_as_bar }}<ul class="key">{{ key(run_as) }}</ul></section>
<section class="card pad thin last" aria-labelledby="o-findings"><h2 id="o-findings">Findings</h2><p class="big">{{
summary.findings }}</p>
{{ findings_bar }}<ul class="key">{{ key(severities) }}</ul></section>
</div>
{% if problems %}
<section class="card" aria-labelledby="problems">
<div class="pad"><h2 id="problems">Not in this report</h2>
<p>These files or folders could not be used. What they hold is missing here.</p></div>
{{ findings_table(problems) }}
</section>
{% endif %}
<section class="card" id="accounts" aria-labelledby="accounts-title">
<div class="bar-tools"><div class="split"><h2 id="accounts-title">All accounts</h2><span class="needs-js soft num"
id="filter-count" role="status"></span></div>
<form class="needs-js" id="filter" role="search">
<input id="filter-text" type="search" placeholder="Search" aria-label="Search the accounts">
{% for column, name, options in selects %}
<select data-column="{{ column }}" aria-label="{{ name }}"><option value="">{{ name }}: all</option>
{% for value, text in options %}<option value="{{ value }}">{{ text }}</option>{% endfor %}</select>
{% endfor %}
<button type="reset">Reset</button></form></div>
<div class="box"><table class="acct" id="account-table">
<thead><tr>{% for name in ("Account", "State", "Findings", "Run As", "Runbooks", "Region", "Assessed") %}
<th scope="col"><button type="button">{{ name }}</button></th>{% endfor %}</tr></thead>
<tbody>
"""

INDEX_ROW = r"""<tr data-state="{{ row.state }}" data-worst="{{ row.worst or "none" }}" data-subscription="{{
row.subscription }}" data-region="{{ row.region }}">
<td data-value="{{ row.name }}"><a href="{{ link }}">{{ row.name }}</a><span class="sub">{{ row.resource_group
}}</span><span class="id">{{ row.subscription }}</span></td>
<td data-label="State" data-value="{{ state_order }}"><span class="chip v-{{ row.state }}">{{ row.state | label
}}</span></td>
<td data-label="Findings" data-value="{{ finding_order }}"><span class="marks">{% for severity in ("error",
"warning", "info") if row.severities[severity] %}
<span class="chip {{ severity }}">{{ row.severities[severity] }} {{ severity }}{{ "s" if row.severities[severity] !=
1 and severity != "info" }}</span>{% else %}<span class="soft">none</span>{% endfor %}</span></td>
<td data-label="Run As" data-value="{{ row.run_as.total() }}"><span class="marks">{% for status in ("expired",
"incomplete", "complete", "other") if row.run_as[status] %}
<span class="chip v-{{ status }}">{{ row.run_as[status] }} {{ status }}</span>{% else %}
<span class="soft">none</span>{% endfor %}</span></td>
<td data-label="Runbooks" data-value="{{ row.runbooks["manual"] }}"><span class="marks">{% for progress in ("manual",
"unknown", "automatic", "done") if row.runbooks[progress] %}
<span class="chip v-{{ progress }}">{{ row.runbooks[progress] }} {{ progress | label | lower }}</span>{% else %}
<span class="soft">none</span>{% endfor %}</span></td>
<td data-label="Region">{{ row.region or "not known" }}</td>
<td data-label="Assessed" class="num" data-value="{{ row.assessed or "" }}">{{ row.assessed[:10] if row.assessed else
"never" }}</td></tr>
"""

INDEX_END = r"""
</tbody></table></div><p class="none" id="filter-none" hidden>No account is like that.</p></section>
{% if codes %}
<section class="card" aria-labelledby="codes"><div class="pad"><h2 id="codes">What was found most</h2></div>
<div class="scroll" tabindex="0" role="region" aria-label="Findings by code"><table class="stack"><thead><tr>
<th>Severity</th><th>Code</th><th>What it is</th><th class="r">Findings</th><th class="r">Accounts</th></tr></thead>
<tbody>
{% for entry in codes %}<tr><td><span class="chip {{ entry.severity }}">{{ entry.severity }}</span></td>
<td class="num">{{ entry.code }}</td><td>{{ entry.sentence }}<div class="do soft">{{ entry.remedy }}</div></td>
<td class="r num">{{ entry.count }}</td>
<td class="r num">{{ entry.accounts }}</td></tr>
{% endfor %}</tbody></table></div></section>
{% endif %}
"""

FRAME = r"""
{%- extends "page" -%}
{%- block heading %}<div><h1>{{ title }}</h1><p>{% if time %}As of {{ time | when }}. {% endif %}
{{ summary.accounts }} account{{ "s" if summary.accounts != 1 }} in {{ subscriptions }} subscription{{ "s" if
subscriptions != 1 }}.</p></div>{% endblock -%}
{%- block body %}{{ marker }}{% endblock -%}
"""
