# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The template of one account: a part of the only page, or a page of its own."""

from __future__ import annotations

ACCOUNT = r"""
{%- macro chip(kind, text, prefix="v") -%}
<span class="chip {{ kind if prefix == "" else prefix ~ "-" ~ kind }}">{{ text }}</span>
{%- endmacro -%}
{%- macro yes_no(value, yes="yes", no="no", unknown="not known") -%}
{{ unknown if value is none else (yes if value else no) }}
{%- endmacro -%}
{%- macro box(label) -%}
<div class="scroll" tabindex="0" role="region" aria-label="{{ label }}">{{ caller() }}</div>
{%- endmacro -%}
{%- macro scope_cell(scope) -%}
{% set kind, name = scope | scope_parts %}{{ kind }} <b>{{ name }}</b>{% if scope | is_deep %}
<br><span class="id">{{ scope }}</span>{% endif %}
{%- endmacro -%}
{%- macro findings_table(findings) -%}
{% call box("Findings") %}
<table class="stack"><thead><tr><th>Severity</th><th>Code</th><th>What was found, and what to do</th><th>Where</th>
</tr></thead><tbody>
{% for said in findings %}
<tr class="finding"><td><span class="chip {{ said.severity }}">{{ said.severity }}</span></td>
<td class="num">{{ said.code }}</td>
<td class="what">{{ said.sentence }}<div class="do">{{ said.remedy }}</div></td>
<td>{{ said.resource | where }}{% if said.line is not none %}
<br><span class="soft num">line {{ said.line }}{% if said.column is not none %}, column {{ said.column }}{% endif %}
</span>{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{%- endmacro -%}
{%- macro findings_part(findings) -%}
<div class="part"><h3>Findings<span class="count">{{ findings | length }}</span></h3>
{% set loud = findings | rejectattr("severity", "eq", "info") | list %}
{% set quiet = findings | selectattr("severity", "eq", "info") | list %}
{% if not findings %}<p class="soft">None.</p>{% endif %}
{% if loud %}{{ findings_table(loud) }}{% endif %}
{% if quiet and loud %}<details class="fold" open data-fold><summary>{{ quiet | length }} for information</summary>
{{ findings_table(quiet) }}</details>
{% elif quiet %}{{ findings_table(quiet) }}{% endif %}
</div>
{%- endmacro -%}
{%- macro run_as_part(run_as) -%}
<div class="part"><h3>Run As accounts<span class="count">{{ run_as | length }}</span></h3>
{% if not run_as %}<p class="soft">None.</p>{% else %}
{% call box("Run As accounts") %}
<table class="stack"><thead><tr><th>Connection</th><th>Status</th><th>Certificate</th><th>Application</th>
<th>What is wrong with it</th></tr></thead><tbody>
{% for entry in run_as %}
<tr><td><b>{{ entry.connection or "no connection" }}</b>
<br><span class="soft">{{ entry.kind }}, {{ entry.origin }}</span></td>
<td>{{ chip(entry.status, entry.status) if entry.status in ("complete", "incomplete", "expired") else chip("unknown",
entry.status) }}</td>
<td>{% if entry.expires %}<span class="num">{{ entry.expires | when }}</span>{% if entry.days_left is not none %}
<br><span class="soft">{{ entry.days_left | days }}</span>{% endif %}{% else %}
<span class="soft">not known</span>{% endif %}
{% if entry.certificate %}<br>{{ entry.certificate }}{% endif %}{% if entry.thumbprint %}
<br><span class="id keep">{{ entry.thumbprint }}</span>{% endif %}</td>
<td>{% if entry.application and entry.application.display_name %}{{ entry.application.display_name }}<br>{% endif %}
<span class="id keep">{{ entry.application_id or "no application id" }}</span>
{% if entry.service_principal %}
<br><span class="soft">sign-in {{ yes_no(entry.service_principal.enabled, "enabled", "disabled") }}</span>{% endif %}
{% if entry.application and entry.application.secrets %}
<br><span class="soft">{{ entry.application.secrets }} client secret{{ "s" if entry.application.secrets != 1
}}</span>{% endif %}
{% if entry.entra_unread %}<br><span class="soft">Entra was not read: {{ entry.entra_unread }}</span>{% endif %}</td>
<td>{% for text in entry.missing %}<div>Lacks {{ text }}</div>{% endfor %}{% for text in entry.differs %}<div>
Differs: {{ text }}</div>{% endfor %}
{% if entry.shared_with %}<div>Also used by {{ entry.shared_with | map("last_part") | join(", ") }}</div>{% endif %}
{% if not entry.missing and not entry.differs and not entry.shared_with %}<span class="soft">nothing</span>{% endif %}
</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}
</div>
{%- endmacro -%}
{%- macro roles_part(matrix) -%}
{% if matrix %}
<div class="part"><h3>Roles, before and after<span class="count">Run As account against identity</span></h3>
{% call box("Roles of the Run As account and of the identity") %}
<table class="stack"><thead><tr><th>Role</th><th>Scope</th><th>Run As account</th><th>Identity</th><th>How</th></tr>
</thead><tbody>
{% for line in matrix %}
<tr><td><b>{{ line.role }}</b>{% if line.condition %}<br><span class="id">if {{ line.condition }}</span>{% endif %}</td>
<td class="scope">{{ scope_cell(line.scope) }}</td>
<td>{% if line.run_as == "held" %}<span class="num">&#10003; {{ line.connection }}</span>{% else %}
<span class="soft">&#8211; does not have it</span>{% endif %}</td>
<td>{{ chip(line.identity, line.identity | label) }}</td>
<td>{% if line.copied %}copied <span class="num">{{ line.copied | when }}</span>{% endif %}
{% if line.identity in ("mapped", "narrower", "other_condition") %}{% if line.copied %}<br>{% endif %}
<span class="soft">{{ line.through }}</span>{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro others_part(access) -%}
{% if access and (access.others or (access.others is none and access.principals)) %}
<div class="part"><h3>Other access<span class="count">{{ access.others | default([], true) | length }}</span></h3>
{% if access.others is none %}<p class="soft">Not known: this assessment does not tell of it.</p>{% else %}
{% call box("Other access of the Run As account") %}
<table class="stack"><thead><tr><th>What</th><th>Where</th><th>Run As account</th><th>Identity</th></tr></thead><tbody>
{% for line in access.others %}
{% set colour, text = line.what | fate %}
<tr><td><b>{{ line.role }}</b><br><span class="soft">{{ line.kind | kind }}</span>{% if line.condition %}
<br><span class="id">if {{ line.condition }}</span>{% endif %}</td>
<td class="scope">{{ scope_cell(line.scope) }}</td><td>{{ line.connection or "no connection" }}</td>
<td>{{ chip(colour, text) }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro proof_part(proof) -%}
{% if proof %}
<div class="part"><h3>Access, compared after copying<span class="count">{{ proof.time | when }}</span></h3>
<p>{{ chip(proof.verdict | replace(" ", "_"), proof.verdict | label) }} {{ proof.compared }} compared:
{{ proof.same }} the same, {{ proof.as_asked }} replaced or left out as asked,
{{ proof.differences | length }} different.</p>
{% if proof.differences %}
{% call box("Access on which the Run As account and the identity differ") %}
<table class="stack"><thead><tr><th>What</th><th>Where</th><th>Why</th></tr></thead><tbody>
{% for line in proof.differences %}
<tr><td><b>{{ line.role }}</b><br><span class="soft">{{ line.kind | kind }}</span>{% if line.condition %}
<br><span class="id">if {{ line.condition }}</span>{% endif %}</td>
<td class="scope">{{ scope_cell(line.scope) }}</td><td>{{ line.how | difference }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{% endif %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro evidence(found) -%}
{% if found is none %}<span class="soft">not known</span>{% else %}
{% if found.last_job %}last job {{ found.last_job.status }}{% if found.last_job.time %}
, <span class="num">{{ found.last_job.time | when }}</span>{% endif %}{% if found.last_job.run_on %}
 on {{ found.last_job.run_on }}{% endif %}{% elif "jobs" not in found.unread %}
<span class="soft">no job</span>{% endif %}
{% if found.schedules %}<br><span class="soft">schedules: {% for entry in found.schedules %}
{{ entry.name }}{{ " (off)" if entry.enabled is false }}{{ ", " if not loop.last }}{% endfor %}</span>{% endif %}
{% if found.webhooks %}<br><span class="soft">webhooks: {% for entry in found.webhooks %}
{{ entry.name }}{{ " (off)" if entry.enabled is false }}{{ ", " if not loop.last }}{% endfor %}</span>{% endif %}
{% if found.unread %}<br><span class="soft">could not be read: {{ found.unread | join(", ") }}</span>{% endif %}
{% endif %}
{%- endmacro -%}
{%- macro runbooks_table(runbooks) -%}
{% call box("Runbooks") %}
<table class="stack"><thead><tr><th>Runbook</th><th>To do</th><th>How it uses the Run As account</th>
<th>Evidence of use</th></tr></thead><tbody>
{% for runbook in runbooks %}
<tr>
<td><b>{{ runbook.name }}</b><br><span class="soft">{{ runbook.type }}{% if runbook.state and runbook.state !=
"Published" %}, {{ runbook.state }}{% endif %}</span></td>
<td>{{ chip(runbook.progress, runbook.progress | label) }}{% if runbook.assumptions %}
<br><span class="soft">assumes {{ runbook.assumptions | join(", ") }}</span>{% endif %}
{% if runbook.refused_because %}<br><span class="soft">{{ runbook.refused_because | join(", ") }}</span>{% endif %}
{% if runbook.verdict in ("unparsable", "unreadable") %}<br><span class="soft">{{ runbook.verdict }}</span>{% endif %}
</td>
<td>{% for use in runbook.uses[:20] %}<div>{% if use.line is not none %}
<span class="num soft">{{ use.version }} {{ use.line }}{% if use.column is not none %}:{{ use.column }}{% endif %}
</span> {% endif %}{{ use.sentence }} <span class="soft">{{ use.code }}</span></div>{% endfor %}
{% if runbook.uses | length > 20 %}<div class="soft">and {{ runbook.uses | length - 20 }} more places</div>{% endif %}
{% if not runbook.uses %}
<span class="soft">{{ "it does not" if runbook.uses_run_as is false else "not known" }}</span>{% endif %}
{% if runbook.draft and runbook.draft.uses_run_as %}
<div class="soft">its draft too ({{ runbook.draft.verdict }})</div>{% endif %}</td>
<td>{% if runbook.evidence is none and runbook.uses_run_as is false %}<span class="soft">not asked for</span>
{% else %}{{ evidence(runbook.evidence) }}{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
{%- endmacro -%}
{%- macro runbooks_part(runbooks) -%}
{% set busy = runbooks | rejectattr("progress", "eq", "not_used") | list %}
{% set clean = runbooks | selectattr("progress", "eq", "not_used") | list %}
<div class="part"><h3>Runbooks<span class="count">{{ busy | length }} of {{ runbooks | length
}} use it or may</span></h3>
{% if busy %}{{ runbooks_table(busy) }}{% endif %}
{% if clean %}<details class="fold" open data-fold><summary>{{ clean | length }} without a Run As account</summary>
{{ runbooks_table(clean) }}</details>{% endif %}
</div>
{%- endmacro -%}
{%- macro diffs_part(diffs) -%}
{% if diffs %}
<div class="part"><h3>Rewritten content<span class="count">changed lines only, secrets masked</span></h3>
{% for diff in diffs %}
<details class="diff" open><summary><b>{{ diff.runbook }}</b> <span class="soft num">{{ diff.change.time | when
}}, {{ diff.change.step }}</span>{% if diff.change.outcome != "done" %}
 {{ chip(diff.change.outcome, diff.change.outcome | label, "o") }}{% endif %}</summary>
{% if diff.lacks %}<p class="soft">{{ diff.lacks }}</p>{% elif not diff.lines %}
<p class="soft">No line differs but in what is masked, or in line ends.</p>{% else %}
<pre tabindex="0" aria-label="Changed lines of {{ diff.runbook }}"><code>{% for line in diff.lines %}
<span class="{{ line.kind }}">{{ line.text }}</span>{% endfor %}</code></pre>
{% if diff.more %}<p class="soft">The further lines are in the ledger.</p>{% endif %}{% endif %}
</details>
{% endfor %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro hybrid_part(hybrid) -%}
{% if hybrid and hybrid.groups %}
<div class="part"><h3>Hybrid worker groups<span class="count">{{ hybrid.groups | length }}</span></h3>
{% call box("Hybrid worker groups") %}
<table class="stack"><thead><tr><th>Group</th><th>Verdict</th><th>Workers</th><th>Runbooks</th></tr></thead><tbody>
{% for group in hybrid.groups %}
<tr><td><b>{{ group.name }}</b><br><span class="soft">{{ group.type }}{% if group.credential %}
, credential {{ group.credential }}{% endif %}</span></td>
<td>{{ chip(group.verdict, group.verdict | label) }}<div>{{ group.sentence }}</div></td>
<td>{% for worker in group.workers %}<div>{{ worker.name }} <span class="soft">{{ worker.kind }}{% if worker.os %}
, {{ worker.os }}{% endif %}{% if worker.version %} {{ worker.version }}{% endif %}{% if worker.machine_identity %}
, machine identity {{ worker.machine_identity }}{% endif %}</span></div>{% else %}
<span class="soft">none</span>{% endfor %}</td>
<td>{{ group.runbooks | join(", ") or "none known" }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro modules_part(modules) -%}
{% if modules and modules.environments %}
<div class="part"><h3>Runtime environments and modules</h3>
{% call box("Runtime environments and modules") %}
<table class="stack"><thead><tr><th>Environment</th><th>Az</th><th>Az.Accounts</th><th>AzureRM</th>
<th>Known to be bad, or not imported</th></tr></thead><tbody>
{% for entry in modules.environments %}
<tr><td><b>{{ entry.name }}</b><br><span class="soft">{{ entry.language }} {{ entry.version }}</span></td>
<td class="num">{{ entry.az or "-" }}</td><td class="num">{{ entry.az_accounts or "-" }}</td>
<td class="num">{{ entry.azurerm or "-" }}</td>
<td>{% for bad in entry.known_bad %}<div>{{ bad.module }} {{ bad.version }}: {{ bad.why }}{% if bad.good %}
 <span class="soft">Use {{ bad.good }}.</span>{% endif %}</div>{% endfor %}
{% for failed in entry.failed %}<div>{{ failed.module }}: {{ failed.state }}</div>{% endfor %}
{% if not entry.known_bad and not entry.failed %}<span class="soft">none</span>{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro dependants_part(dependants) -%}
{% if dependants %}
<div class="part"><h3>What depends on the account<span class="count">{{ dependants | length }}</span></h3>
{% call box("What depends on the account") %}
<table class="stack"><thead><tr><th>Kind</th><th>Name</th><th>What it does</th><th>Uses the Run As account</th></tr>
</thead><tbody>
{% for entry in dependants %}
<tr><td>{{ entry.kind | words }}</td><td><b>{{ entry.name }}</b><br><span class="id">{{ entry.resource }}</span></td>
<td>{{ entry.sentence }}</td><td>{{ yes_no(entry.uses_run_as) }}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro preflight_part(preflight) -%}
{% if preflight %}
<div class="part"><h3>What the migrating login may do</h3>
{% if preflight.judged is false %}<p class="soft">The login was not judged.</p>{% endif %}
{% if preflight.login %}
<p class="soft">Login <span class="id">{{ preflight.login.application_id or preflight.login.object_id or "not known"
}}</span></p>{% endif %}
{% if preflight.steps %}{% call box("Steps and permissions") %}
<table class="stack"><thead><tr><th>Step</th><th>Possible</th><th>Missing permissions</th></tr></thead><tbody>
{% for entry in preflight.steps %}
{% set lacks = entry.needs | selectattr("held", "false") | list %}
{% set unsure = entry.needs | selectattr("held", "none") | list %}
<tr><td><b>{{ entry.step | words }}</b></td>
<td>{% if entry.possible is none %}{{ chip("unknown", "not known") }}{% elif entry.possible %}
{{ chip("held", "yes") }}{% else %}{{ chip("missing", "no") }}{% endif %}</td>
<td>{% for need in lacks %}<div>
<code>{{ need.permission }}</code> <span class="soft">at {{ need.scope | scope_name }}</span></div>{% endfor %}
{% for need in unsure %}
<div class="soft"><code>{{ need.permission }}</code> at {{ need.scope | scope_name }}: not known</div>{% endfor %}
{% if not lacks and not unsure %}<span class="soft">none</span>{% endif %}</td></tr>
{% endfor %}
</tbody></table>
{% endcall %}{% endif %}
{% if preflight.locks or preflight.policies or preflight.grantors %}
<ul class="plain">
{% for lock in preflight.locks %}
<li>Lock <b>{{ lock.name }}</b> ({{ lock.level }}) at {{ lock.scope | scope_name }}</li>{% endfor %}
{% for policy in preflight.policies %}
<li>Policy <b>{{ policy.assignment }}</b> ({{ policy.effect }}){% if policy.reason %}: {{ policy.reason }}{% endif %}
</li>{% endfor %}
{% for grantor in preflight.grantors %}
<li>Can grant what is missing at {{ grantor.scope | scope_name }}: {{ grantor.role }}, {{ grantor.principal_type
}} <span class="id">{{ grantor.principal_id }}</span></li>{% endfor %}
</ul>
{% endif %}
</div>
{% endif %}
{%- endmacro -%}
{%- macro timeline_part(changes) -%}
{% if changes %}
<div class="part"><h3>Timeline<span class="count">from the journal</span></h3>
<ol class="time">
{% for change in changes %}
<li><span class="num soft">{{ change.time | when }}</span>
<span class="what">{% if change.outcome == "note" %}{{ change.kind | words }}{% else %}
{{ change.action | words }} {{ change.kind | kind }}{% endif %}
 <b>{{ change.subject }}</b> <span class="soft">{{ change.step }}</span>{% if change.reason %}
<br>{{ change.reason }}{% endif %}</span>
{% if change.outcome != "note" %}{{ chip(change.outcome, change.outcome | outcome, "o") }}{% else %}
<span></span>{% endif %}</li>
{% endfor %}
</ol></div>
{% endif %}
{%- endmacro -%}
{%- macro facts(it) -%}
<dl>
<div><dt>Resource group</dt><dd>{{ it.resource_group or "not known" }}</dd></div>
<div><dt>Subscription</dt><dd><span class="id">{{ it.subscription_id or "not known" }}</span></dd></div>
<div><dt>Region</dt><dd>{{ it.location or "not known" }}</dd></div>
<div><dt>Managed identity</dt><dd>{% if it.identity %}
{{ it.identity.type or "None" }}{% if it.identity.principal_id %}
<br><span class="id">{{ it.identity.principal_id }}</span>{% endif %}
{% for user in it.identity.user_assigned_identities %}<br>{{ user.id | last_part }}{% endfor %}{% else %}
not known{% endif %}</dd></div>
<div><dt>Assessed</dt>
<dd>{{ it.assessed | when if it.assessed else "never" }}{% if it.changed_after_assessment and it.assessed %}
<br><span class="soft">changed since: assess again</span>{% endif %}</dd></div>
{% if it.tags %}<div><dt>Tags</dt><dd>{% for name, value in it.tags.items() %}
{{ name }}={{ value }}{{ ", " if not loop.last }}{% endfor %}</dd></div>{% endif %}
<div class="all"><dt>Id</dt><dd><span class="id">{{ it.id }}</span></dd></div>
</dl>
{%- endmacro -%}
{%- macro content(it, diffs) -%}
{% if it.state_because %}<ul class="why">{% for text in it.state_because %}<li>{{ text }}</li>{% endfor %}
</ul>{% endif %}
{{ facts(it) }}
{{ findings_part(it.findings) }}
{% if it.run_as is not none %}{{ run_as_part(it.run_as) }}{% endif %}
{{ roles_part(it.role_matrix) }}
{{ others_part(it.access) }}
{{ proof_part(it.proof) }}
{% if it.runbooks is not none %}{{ runbooks_part(it.runbooks) }}{% endif %}
{{ diffs_part(diffs) }}
{{ hybrid_part(it.hybrid) }}
{{ modules_part(it.modules) }}
{{ dependants_part(it.dependants) }}
{{ preflight_part(it.preflight) }}
{{ timeline_part(it.changes) }}
{% set left_out = it | parts_left_out %}
{% if left_out %}<div class="part"><p class="soft">Not part of this assessment: {{ left_out | join(", ") }}.</p></div>
{% endif %}
{%- endmacro -%}
{%- macro chips(it) -%}
{{ chip(it.state, it.state | label) }}{% if it.worst_severity and it.worst_severity != "info" %}
 {{ chip(it.worst_severity, it.worst_severity, "") }}{% endif %}
{%- endmacro -%}
"""

ARTICLE = r"""
{%- from "account" import content, chips -%}
<article class="card" id="a-{{ folder }}"><details open data-fold>
<summary><h2>{{ it.name }}</h2> {{ chips(it) }} <span class="where">{{ it.resource_group }}{{ ", " if
it.resource_group and it.location }}{{ it.location }}</span></summary>
{{ content(it, diffs) }}
</details></article>
"""

ACCOUNT_PAGE = r"""
{%- extends "page" -%}
{%- from "account" import content, chips -%}
{%- block title %}{{ it.name }}{% endblock -%}
{%- block heading %}<div><p><a href="../report.html">{{ title }}</a></p><h1>{{ it.name }} {{ chips(it) }}</h1></div>
{% endblock -%}
{%- block body %}<article class="card"><div class="pad"></div>{{ content(it, diffs) }}</article>{% endblock -%}
"""
