import type { DrillResult, FaultResult } from '../result';
import { dark, light } from './chart';
import { complaints, failures, isGood, ms, summary } from './table';

/** The whole report in one file that needs no other. */
export function page(result: DrillResult, picture: string): string {
  const verdict = result.good ? 'Nothing lost, nothing stale' : 'Not as promised';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Berth drill: ${verdict}</title>
<style>
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
body{margin:0 auto;padding:2rem 1.5rem;max-width:66rem;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif}
h1{margin:0;font-size:1.7rem}h1 b{color:var(--${result.good ? 'good' : 'bad'})}
p{color:var(--muted);margin:.3rem 0 1.2rem}
.numbers{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}
.numbers div{background:var(--card);border-radius:.6rem;padding:.7rem 1.1rem;flex:1 1 7rem}
.numbers b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}.numbers span{color:var(--muted);font-size:.85rem}
svg{width:100%;height:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;margin-top:1rem}
th,td{padding:.35rem .6rem;text-align:right;border-bottom:1px solid var(--grid);vertical-align:top}
th{color:var(--muted);font-weight:600;font-size:.85rem}
td{white-space:nowrap}td:nth-child(-n+3),th:nth-child(-n+3){text-align:left;white-space:normal}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}
ul{padding-left:1.2rem}li{overflow-wrap:anywhere}
small{color:var(--muted)}
.scroll{overflow-x:auto}
</style>
</head>
<body>
<h1>Berth drill: <b>${verdict}</b></h1>
<p>${escape(summary(result))}. ${result.members} members on ${escape(result.target)}, ${result.clients} clients through the Ingress, seed ${result.seed}, ${new Date(result.started).toISOString().slice(0, 16).replace('T', ' ')} UTC.</p>
<div class="numbers">
${number(result.acknowledged, 'acknowledged writes')}
${number(result.lost.length, 'of them lost', result.lost.length > 0)}
${number(result.anomalies.length + result.undecided.length, result.undecided.length > 0 ? 'anomalies or undecided' : 'anomalies', result.anomalies.length + result.undecided.length > 0)}
${number(result.requests, 'requests')}
${number(result.failed, 'failed')}
${number(unexcused(result), 'without an excuse', unexcused(result) > 0)}
</div>
${picture}
<p>Each band is a fault, with its number in the table; a dashed line is a change of leader, red is a request that failed, a diamond an anomaly or a lost write. Latency has a logarithmic scale.</p>
<div class="scroll"><table>
<tr><th>#</th><th></th><th>fault</th><th>lost</th><th>anomalies</th><th>failed</th><th>not excused</th><th>longest</th><th>p99.9</th><th>of undisturbed</th></tr>
<tr><td></td><td></td><td>undisturbed</td><td></td><td></td><td></td><td></td><td>${ms(result.baseline.longest)}</td><td>${ms(result.baseline.p999)}</td><td></td></tr>
${result.faults.map(row).join('\n')}
</table></div>
${problems(result)}
<p><small>Failed requests are excused only where a fault must hold some up: those in flight at a pod that is killed, those that the Ingress controller then says were refused there (no server has seen them), those sent to a member that vanished until it was found out, clear answers while there is no majority. Longest and p99.9 are of requests that members answered which were not hit. Each request is one attempt; the answers were held to linearizability, item by item and list by list, and every acknowledged write was looked for in the end.</small></p>
</body>
</html>
`;
}

const unexcused = (result: DrillResult): number =>
  result.between + result.faults.reduce((sum, { inexcusable }) => sum + inexcusable, 0);

function number(value: number, name: string, bad = false): string {
  return `<div><b${bad ? ' class="bad"' : ''}>${value.toLocaleString('en')}</b><span>${name}</span></div>`;
}

function row(fault: FaultResult, i: number): string {
  const mark = isGood(fault) ? '<td class="good">✓</td>' : '<td class="bad">✗</td>';
  const whom = fault.members.length === 1 ? ` <small>${escape(fault.members.join(''))}</small>` : '';
  const zero = (value: number) => (value > 0 ? `<td class="bad">${value}</td>` : `<td>0</td>`);
  return (
    `<tr><td>${i + 1}</td>${mark}<td>${escape(fault.title)}${whom}</td>${zero(fault.lost)}${zero(fault.anomalies)}` +
    `<td>${failures(fault)}</td>${zero(fault.inexcusable)}<td>${ms(fault.longest)}</td><td>${ms(fault.p999)}</td><td>${fault.ratio.toFixed(1)}×</td></tr>`
  );
}

function problems(result: DrillResult): string {
  const lines = complaints(result);
  if (lines.length === 0) return '';
  return `<h2 class="bad">What must not be</h2><ul>${lines.map((line) => `<li>${escape(line)}</li>`).join('')}</ul>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
