"""How the page of a receipt looks, on a screen and on paper."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --panel: #f8f8f9; --line: #dfe1e4; --text: #2d3038; --strong: #101216; --muted: #545b69;
  --created: #14703f; --error: #b3221b; --unknown: #6b2db8; --warning: #7f5200;
  --error-ground: #fde6e4; --unknown-ground: #f1e8fb;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15161a; --panel: #1a1c20; --line: #33373f; --text: #ced2db; --strong: #f4f5f9;
    --muted: #989fae; --created: #7cc49b; --error: #ff9086; --unknown: #cba6f7; --warning: #e6bb67;
    --error-ground: #3a1f22; --unknown-ground: #2c2438;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 3rem; max-width: 76rem; background: var(--ground);
  color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; color: var(--strong); }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.1rem; color: var(--strong); }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; color: var(--strong); }
h3 small, h2 small { font-weight: normal; color: var(--muted); }
p { margin: .25rem 0; }
.lead, .note { color: var(--muted); }
.counts { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 1.5rem 0 .5rem; padding: 0; }
.counts li { list-style: none; }
.counts b { display: block; font-size: 1.6rem; line-height: 1.2; color: var(--strong); }
.counts .created b, b.created, .created .sign { color: var(--created); }
.counts .rejected b, b.rejected, .rejected .sign { color: var(--error); }
.counts .unknown b, b.unknown, .unknown .sign { color: var(--unknown); }
.bar { display: block; width: 100%; height: 6px; margin: .75rem 0 0; background: var(--line); }
.bar .created { fill: var(--created); } .bar .rejected { fill: var(--error); }
.bar .unknown { fill: var(--unknown); } .bar .other { fill: var(--muted); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.5rem; margin: 1.5rem 0; }
dt { color: var(--muted); } dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th { text-align: left; white-space: nowrap; font-weight: 600; color: var(--muted); background: var(--panel); }
th, td { padding: .3rem .75rem .3rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: .5rem; }
.n { text-align: right; white-space: nowrap; } .w { white-space: nowrap; }
.sign { font-weight: 700; white-space: nowrap; }
tr.rejected td { background: var(--error-ground); } tr.unknown td { background: var(--unknown-ground); }
td .why { display: block; color: var(--error); }
code, .id { font: .85em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--muted); }
.damaged { padding: .75rem 1rem; background: var(--error-ground); color: var(--error); }
section.chunk { content-visibility: auto; contain-intrinsic-size: auto 40rem; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); }
footer { font-size: .85rem; }
@page { margin: 14mm 12mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  section.chunk { content-visibility: visible; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  thead { display: table-header-group; }
  tr, .counts, dl { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .bar, .bar *, th, tr.rejected td, tr.unknown td, .damaged {
    -webkit-print-color-adjust: exact; print-color-adjust: exact;
  }
}
"""

POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""What the page may do, which is nothing: no script, no picture, no request, no style but its own."""
