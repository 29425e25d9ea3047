"""How the HTML page looks: light or dark as its reader prefers, from a phone's width to a wide screen's."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ground:#ffffff;--text:#1f2933;--quiet:#5b6673;--line:#dfe3e8;--panel:#f5f7f9;
--link:#1d5fc4}
@media (prefers-color-scheme:dark){:root{--ground:#14181f;--text:#e6e9ee;--quiet:#98a3b3;--line:#2b323d;
--panel:#1b212a;--link:#6ea8ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem clamp(1rem,4vw,3rem) 4rem}
h1,h2,h3,h4,h5,h6{line-height:1.25;overflow-wrap:anywhere}
h1{margin:0 0 1rem;font-size:1.9rem}
h2{margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line);font-size:1.35rem}
h3{margin:1.75rem 0 .5rem;font-size:1.1rem}
h4,h5,h6{margin:1.25rem 0 .25rem;font-size:1rem;color:var(--quiet)}
p{white-space:pre-line;overflow-wrap:anywhere}
a{color:var(--link)}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none}
dl{display:grid;
grid-template-columns:repeat(auto-fill,minmax(min(100%,11rem),1fr));gap:.6rem 2rem;margin:.75rem 0}
dt{color:var(--quiet);font-size:.875rem}
dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;min-width:100%;font-size:.9375rem}
th,td{padding:.4rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
white-space:pre-line}
th{color:var(--quiet);font-weight:600}
td{overflow-wrap:break-word;max-width:28rem;font-variant-numeric:tabular-nums}
.number{text-align:right;white-space:nowrap}
figure{margin:.75rem 0}
figcaption{color:var(--quiet);font-size:.875rem}
img{display:block;max-width:100%;height:auto}
pre{margin:.25rem 0 0;padding:.75rem 1rem;background:var(--panel);border:1px solid var(--line);
border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;
font:.875rem/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
@media print{h2,figure,tr{break-inside:avoid}nav{display:none}}
"""
