/** The style of an explanation in HTML: readable on a screen in light and dark, and on paper. */
export const htmlStyle = `
:root {
  --ground: #fff; --text: #1b1f24; --faint: #59636e; --line: #d8dee4; --band: #f6f8fa;
  --good: #116329; --bad: #a40e26; --fair: #7d4e00; --fault: #ffebe9; --link: #0550ae;
  --g0: #0550ae; --g1: #8250df; --g2: #116329; --g3: #9a6700; --g4: #bf3989; --g5: #1b7c83;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #30363d; --band: #161b22;
    --good: #56d364; --bad: #ff7b72; --fair: #e3b341; --fault: #3a1518; --link: #79c0ff;
    --g0: #79c0ff; --g1: #d2a8ff; --g2: #56d364; --g3: #e3b341; --g4: #ff9bce; --g5: #39c5cf;
  }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 78rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere }
header p { margin: .3rem 0 1.2rem; color: var(--faint) }
.verdict { color: var(--ground); border-radius: 1em; padding: .15em .8em; font-weight: 600; white-space: nowrap }
.verdict.good { background: var(--good) }
.verdict.bad { background: var(--bad) }
.verdict.fair { background: var(--fair) }
code, pre { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; margin: 0 }
a { color: var(--link) }
.note { border-left: 4px solid var(--fair); padding-left: .8rem }
.violations { padding: .8rem 1rem .8rem 2.5rem; background: var(--fault); border-radius: .5rem }
.violations p, .fault p { margin: .1rem 0 }
.measured { color: var(--bad); font-weight: 600 }
.consequence { color: var(--text); font-style: italic }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: .6rem 0 }
th { position: sticky; top: 0; background: var(--band); text-align: left; font-weight: 600 }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: baseline }
td:first-child { text-align: right; color: var(--faint); font-variant-numeric: tabular-nums; border-left: 4px solid }
td:nth-child(3) { color: var(--faint) }
td:nth-child(5) { white-space: nowrap }
td:last-child { color: var(--faint); font-size: .9em; min-width: 14rem }
.way { color: var(--faint) }
.group-0 td:first-child { border-left-color: var(--g0) }
.group-1 td:first-child { border-left-color: var(--g1) }
.group-2 td:first-child { border-left-color: var(--g2) }
.group-3 td:first-child { border-left-color: var(--g3) }
.group-4 td:first-child { border-left-color: var(--g4) }
.group-5 td:first-child { border-left-color: var(--g5) }
tr:hover td, tr:target td { background: var(--band) }
tr:target td { box-shadow: inset 0 0 0 1px var(--link) }
tr.wrong td, tr.fault td { background: var(--fault) }
tr.wrong td { border-bottom: 0; color: var(--text) }
tr.fault td, tr.fault td:first-child { text-align: left; color: var(--text); font-size: 1em; border-left: 4px solid var(--bad) }
@media (max-width: 60rem) { th:last-child, tr:not(.fault) td:last-child { display: none } }
@media (max-width: 40rem) {
  body { padding: .8rem }
  th, td { padding: .25rem .35rem }
  th:nth-child(3), td:nth-child(3) { display: none }
  td:nth-child(5) { white-space: normal; overflow-wrap: anywhere }
  td pre { white-space: pre-wrap }
  td code { overflow-wrap: anywhere }
  .verdict { white-space: normal; display: inline-block }
}
@media print { body { max-width: none; padding: 0 } th { position: static } }
`
