# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The style of the report's pages."""

from __future__ import annotations

_LIGHT = """
color-scheme:light;--bg:#f4f6f9;--card:#fff;--ink:#1a2330;--soft:#566273;--line:#dce1e8;--line2:#eaedf2;--head:#f8f9fb;
--link:#1554ad;--focus:#1554ad;--bad:#b3261e;--bad-bg:#fdecea;--warn:#8a5300;--warn-bg:#fdf3df;--info:#2b5a9b;
--info-bg:#e9f0fb;--good:#1a6b3c;--good-bg:#e5f4ea;--mute:#566273;--mute-bg:#eceff3;--old-bg:#fdeceb;--old:#8c1d18;
--new-bg:#e6f5ea;--new:#155c33;--c-blocked:#c5362c;--c-drifted:#b0378f;--c-manual:#d98a12;--c-progress:#3f7fd6;
--c-warned:#8fbf4d;--c-ready:#35a07a;--c-done:#1f7a48;--c-none:#b9c2ce;--c-unknown:#8793a3;--shadow:0 1px 2px #1a233014
"""
_DARK = """
color-scheme:dark;--bg:#10151c;--card:#18202a;--ink:#e4e9f0;--soft:#9fabba;--line:#2d3846;--line2:#242e3a;
--head:#1d2631;
--link:#85b7ff;--focus:#85b7ff;--bad:#ff9b93;--bad-bg:#41201f;--warn:#f3c069;--warn-bg:#3a2c12;--info:#9cc2ff;
--info-bg:#1d2e47;--good:#7fd8a2;--good-bg:#173524;--mute:#a9b4c2;--mute-bg:#28323f;--old-bg:#3a1f20;--old:#ffb4ae;
--new-bg:#163222;--new:#96e2b3;--c-blocked:#ea6a60;--c-drifted:#d272b9;--c-manual:#e5a63f;--c-progress:#6aa3f0;
--c-warned:#a9cf6c;--c-ready:#52bd97;--c-done:#3fa86c;--c-none:#4a5768;--c-unknown:#78869a;--shadow:none
"""

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Liberation Sans",sans-serif}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
h1,h2,h3,h4{line-height:1.25;margin:0;overflow-wrap:anywhere}
h1{font-size:1.55rem;letter-spacing:-.01em}
h2{font-size:1.2rem}
h3{font-size:1rem}
p{margin:.35rem 0}
code,.id{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.id{color:var(--soft);font-size:.8em}
.keep{white-space:nowrap}
.soft{color:var(--soft)}
.num{font-variant-numeric:tabular-nums;white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem .8rem;z-index:2}
.wide{max-width:1280px;margin:0 auto;padding:0 1.25rem}
.top{background:var(--card);border-bottom:1px solid var(--line)}
.top .wide{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;
padding-block:1.1rem}
.top p{color:var(--soft);margin:.2rem 0 0}
.top nav{display:flex;gap:.5rem}
main.wide{padding-block:1.25rem 2rem}
button,select,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;
padding:.38rem .65rem;min-width:0}
::placeholder{color:var(--soft);opacity:1}
button{cursor:pointer}
button:hover{background:var(--head)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow)}
.pad{padding:1rem 1.15rem}
.over{display:grid;grid-template-columns:repeat(6,1fr);gap:1rem;margin-bottom:1.25rem}
.over>*{grid-column:span 2;min-width:0}
.over>.all{grid-column:1/-1}
.over h2{font-size:.82rem;font-weight:600;color:var(--soft);text-transform:uppercase;letter-spacing:.05em}
.big{font-size:1.9rem;font-weight:650;letter-spacing:-.02em;line-height:1.2;margin:.15rem 0 0}
.big small{font-size:.9rem;font-weight:400;color:var(--soft);letter-spacing:0}
.split{display:flex;flex-wrap:wrap;gap:.3rem 2rem;align-items:baseline;justify-content:space-between}
svg.bar{display:block;width:100%;height:1.15rem;border-radius:5px;margin:.7rem 0 .75rem}
.thin svg.bar{height:.65rem}
svg.ring{width:7rem;height:7rem;flex:none}
svg.ring circle{fill:none;stroke-width:15}
svg.ring .track{stroke:var(--line2)}
svg.ring text{font-size:23px;font-weight:650;fill:var(--ink)}
.ringed{display:flex;gap:1.1rem;align-items:center;margin-top:.6rem}
.key{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.05rem;font-size:.93rem}
.ringed .key,.key.down{flex-direction:column;gap:.2rem}
.key.down{width:100%}
.key li{display:flex;gap:.45rem;align-items:center}
.key.down li{justify-content:space-between}
.key b{font-variant-numeric:tabular-nums}
.key a{color:inherit;text-decoration:none}
.key a:hover{text-decoration:underline}
.dot{width:.7em;height:.7em;border-radius:3px;flex:none;display:inline-block}
.chip{display:inline-flex;gap:.4em;align-items:center;border-radius:999px;padding:.06em .65em;font-size:.82rem;
font-weight:550;white-space:nowrap;background:var(--mute-bg);color:var(--mute)}
.error,.v-missing,.v-blocked,.o-failed{background:var(--bad-bg);color:var(--bad)}
.warning,.v-narrower,.v-other_condition,.v-manual_work,.v-drifted,.v-manual,.v-changes_identity,.v-too_old,
.v-incomplete,.v-expired{background:var(--warn-bg);color:var(--warn)}
.info,.v-mapped,.v-in_progress,.v-automatic,.v-ready_with_warnings{background:var(--info-bg);color:var(--info)}
.v-held,.v-equal,.v-narrower_as_mapped,.v-migrated,.v-ready,.v-done,.v-unchanged,.v-complete,.o-done{background:var(--good-bg);color:var(--good)}
.bar-tools{padding:.9rem 1.15rem;border-bottom:1px solid var(--line)}
.bar-tools .split{justify-content:flex-start}
.bar-tools form{flex-wrap:wrap;gap:.55rem;margin:.6rem 0 0}
.bar-tools input{flex:2 1 14rem}
.bar-tools select{flex:1 1 9rem;max-width:15rem}
.needs-js{display:none}
.js .needs-js{display:flex}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid var(--line2)}
th:first-child,td:first-child{padding-left:1.15rem}
th:last-child,td:last-child{padding-right:1.15rem}
tbody tr:last-child td{border-bottom:0}
thead th{background:var(--head);font-size:.8rem;font-weight:600;color:var(--soft);white-space:nowrap;
border-bottom:1px solid var(--line)}
thead button{all:unset;cursor:pointer;border-radius:3px}
thead button:focus-visible{outline:2px solid var(--focus)}
thead button::after{content:"\\2195";opacity:.35;margin-left:.3em}
th[aria-sort=ascending] button::after{content:"\\2191";opacity:1}
th[aria-sort=descending] button::after{content:"\\2193";opacity:1}
td.r,th.r{text-align:right}
.acct td{padding-block:.55rem}
.acct tbody tr:hover{background:var(--head)}
.box{overflow-x:auto}
.acct a{font-weight:600;overflow-wrap:anywhere}
.acct .id{white-space:nowrap}
.acct .sub{display:block;font-size:.82rem;color:var(--soft);overflow-wrap:anywhere}
.scope{min-width:16rem}
.marks{display:flex;flex-wrap:wrap;gap:.3rem}
.none{padding:1.4rem;text-align:center;color:var(--soft)}
.scroll{overflow-x:auto;border-top:1px solid var(--line2)}
.scroll table{min-width:40rem;font-size:.92rem}
main>section.card{margin-bottom:1.25rem}
.part>h3,.part>details>summary h3{padding:.85rem 1.15rem .6rem}
.part{border-top:1px solid var(--line)}
.part>p,.part>ul,.part>details>p{margin:.1rem 1.15rem .8rem}
.part>.scroll{border-top:0}
.part>.scroll+ul{margin-top:.8rem}
.part .count{color:var(--soft);font-weight:400;font-size:.88rem;margin-left:.35rem}
article{margin-bottom:1.25rem;overflow:hidden;scroll-margin-top:1rem}
summary{cursor:pointer;list-style-position:outside}
article>details>summary{padding:.9rem 1.15rem;list-style:none;display:flex;flex-wrap:wrap;gap:.35rem .8rem;
align-items:center}
article>details>summary::-webkit-details-marker{display:none}
article>details>summary::before{content:"\\25B8";color:var(--soft);width:1em}
article>details[open]>summary::before{content:"\\25BE"}
article>details>summary .where{color:var(--soft);font-size:.88rem;margin-left:auto;overflow-wrap:anywhere}
.fold>summary{padding:.55rem 1.15rem;color:var(--link);font-size:.92rem}
.why{margin:0 1.15rem .9rem;padding:0 0 0 1.1rem}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:.75rem 1.5rem;margin:0;
padding:.2rem 1.15rem 1.05rem}
dl .all{grid-column:1/-1}
dt{font-size:.78rem;color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
ul.plain{list-style:none;padding:0}
.finding .what{max-width:46rem}
.finding .do{color:var(--soft);font-size:.93em;margin-top:.15rem}
.time{list-style:none;margin:0;padding:.1rem 1.15rem .9rem}
.time li{display:grid;grid-template-columns:11.2rem 1fr auto;gap:.2rem 1rem;padding:.42rem 0;
border-bottom:1px solid var(--line2)}
.time li:last-child{border:0}
.time .what{min-width:0;overflow-wrap:anywhere}
.time .chip{align-self:start}
.diff{margin:0 1.15rem 1rem;border:1px solid var(--line);border-radius:8px;overflow:hidden}
.diff>summary{padding:.5rem .8rem;background:var(--head);overflow-wrap:anywhere}
.diff>p{margin:.6rem .8rem}
.diff pre{margin:0;overflow-x:auto;
font:.82rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;
border-top:1px solid var(--line);tab-size:4}
.diff pre code{display:inline-block;min-width:100%;font:inherit;overflow-wrap:normal}
.diff pre span{display:block;padding:0 .8rem;white-space:pre}
.diff .place{color:var(--soft);background:var(--head)}
.diff .old{background:var(--old-bg);color:var(--old)}
.diff .new{background:var(--new-bg);color:var(--new)}
.diff .old::before{content:"- "}
.diff .new::before{content:"+ "}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem}
[hidden]{display:none!important}
.f-blocked{fill:var(--c-blocked)}.f-drifted{fill:var(--c-drifted)}
.f-manual_work,.f-manual,.f-warning{fill:var(--c-manual)}
.f-in_progress,.f-automatic,.f-info{fill:var(--c-progress)}.f-ready_with_warnings{fill:var(--c-warned)}
.f-ready{fill:var(--c-ready)}
.f-migrated,.f-done,.f-complete{fill:var(--c-done)}.f-not_needed,.f-none,.f-not_used{fill:var(--c-none)}
.f-not_assessed,.f-unknown,.f-other{fill:var(--c-unknown)}.f-error,.f-expired{fill:var(--c-blocked)}
.f-incomplete{fill:var(--c-manual)}
.b-blocked,.b-error,.b-expired{background:var(--c-blocked)}.b-drifted{background:var(--c-drifted)}
.b-manual_work,.b-manual,.b-incomplete,.b-warning{background:var(--c-manual)}
.b-in_progress,.b-automatic,.b-info{background:var(--c-progress)}.b-ready_with_warnings{background:var(--c-warned)}
.b-ready{background:var(--c-ready)}.b-migrated,.b-done,.b-complete{background:var(--c-done)}
.b-not_needed,.b-not_used{background:var(--c-none)}.b-not_assessed,.b-unknown,.b-other{background:var(--c-unknown)}
.s-done{stroke:var(--c-done)}.s-automatic{stroke:var(--c-progress)}.s-manual{stroke:var(--c-manual)}
.s-unknown{stroke:var(--c-unknown)}
@media screen and (max-width:1150px){.acct .id{white-space:normal}.acct th,.acct td{padding-inline:.45rem}}
@media screen and (max-width:1000px){.over>*{grid-column:span 3}.over>.last{grid-column:1/-1}}
@media screen and (max-width:900px){
.acct,.acct tbody,.acct tr,.acct td{display:block}
.acct thead{display:none}
.acct tr{padding:.7rem .9rem;border-bottom:1px solid var(--line)}
.acct td,.acct td:first-child,.acct td:last-child{border:0;padding:.14rem 0;display:flex;gap:.7rem;
justify-content:space-between;text-align:right}
.acct td::before{content:attr(data-label);color:var(--soft);font-size:.85rem;flex:none}
.acct td:first-child{display:block;text-align:left;padding-bottom:.35rem}
.acct td:first-child::before{content:none}
.acct .marks{justify-content:flex-end}
}
@media screen and (max-width:720px){
.wide{padding-inline:.8rem}
.over>*{grid-column:1/-1}
.bar-tools input,.bar-tools select{flex:1 1 8rem;max-width:none}
.time li{grid-template-columns:1fr auto}
.time .what{grid-column:1/-1;grid-row:2}
article>details>summary .where{margin-left:1.4em;width:100%}
dl{grid-template-columns:1fr 1fr;gap:.6rem 1rem}
.stack,.stack tbody,.stack tr,.stack td{display:block}
.stack thead{display:none}
.scroll table.stack{min-width:0}
.stack tr{padding:.6rem 1.15rem;border-bottom:1px solid var(--line2)}
.stack td,.stack td:first-child,.stack td:last-child{border:0;padding:.12rem 0}
.stack td:empty{display:none}
.stack td[data-label]::before{content:attr(data-label);display:block;color:var(--soft);font-size:.78rem}
.scope{min-width:0}
}
@media print{
html{font-size:10px}
body{background:#fff;font-size:1rem}
main.wide,.wide{max-width:none;padding-inline:0}
.acct .id{white-space:normal}
.acct th,.acct td{padding-inline:.5rem}
.chip{white-space:normal}
.top nav,.bar-tools form,.skip{display:none!important}
.card{box-shadow:none}
article{break-inside:auto;overflow:visible}
tr,.time li,.over>*{break-inside:avoid}
h2,h3{break-after:avoid}
.scroll,.diff pre{overflow:visible}
.scroll table{min-width:0}
.diff pre span{white-space:pre-wrap}
.chip,svg,.dot,.diff pre span{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""

STYLE = (
    f":root{{{_LIGHT}}}"
    f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{_DARK}}}}}"
    f"@media screen{{:root[data-theme=dark]{{{_DARK}}}}}{_RULES}"
)
