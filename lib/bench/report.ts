import { aimOf } from './aim';
import { BERTH, EMPTY, type Result, type Row } from './result';

/** The page that the command writes. */
export function report(result: Result): string {
  const { machine, versions } = result;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(0)} GiB`;
  const sections = sectionsOf(result.rows).map(
    ({ members, operation, rows }) =>
      `### ${heading(members, operation)}\n\n${table(COLUMNS, rows.map(cells))}${failures(rows)}`,
  );
  const aimed = result.rows.filter((row) => aimOf(row) !== undefined);
  const reached = aimed.filter((row) => row.timesOf >= (aimOf(row) ?? NaN));
  return `# Benchmarks

Written by \`bin/berth bench\` on ${result.date}. ${machine.cpu}, ${machine.cores} cores for servers and clients together, ${gib(machine.memoryBytes)}, Linux ${machine.kernel}; 256 bytes are on disk after ${machine.syncMillis.toFixed(2)} ms (median); load average before: ${machine.loadBefore.toFixed(1)}. Go ${versions.go}, etcd ${versions.etcd}, PostgreSQL ${versions.postgres}.

${result.machine.loadBefore < QUIET ? '' : `Other work kept the machine busy, so the requests a second are lower than its own and only the ratios are worth reading. `}Berth reaches what it aims for in ${reached.length} of ${aimed.length} comparisons; each is told beside its aim.

![Requests a second of each server](benchmarks.svg)

## What is compared

- **${BERTH}**: this server, over net/http, with its bearer token checked and each write made once.
- **etcd**: the same version on its own, with its defaults, over gRPC, without users.
- **PostgreSQL**: a plain net/http server with a pool of 64 connections, an upsert for each write, \`synchronous_commit\` on. With three members there are three such servers that share the 64 connections, one database and two standbys, of which one must have each commit on disk.
- **${EMPTY}**: a net/http server that reads a request and answers with nothing: the limit of the machine and the clients.

Documents have 256 bytes, and requests are for one of 10,000 at random. Every write is on the disk of a majority before it is acknowledged; every read is linearizable. A client has a connection of its own and one request at a time; all clients are one Go process on the same cores, so what they cost is told. Three members are processes in network namespaces of one machine, so they share its cores and its disk: these rows compare, they do not tell what three machines do. All systems run at once and are driven one after the other, ${rounds(result)} _Berth is_ compares rates within a round, and _Aim_ is what that is meant to be at least.

## Requests

${sections.join('\n\n')}

## Size

${table(
  ['Items', '> Start to first write', '> Memory after the start', '> Memory after writing them'],
  result.footprints.map((one) => [
    one.items.toLocaleString('en'),
    `${one.ready.toFixed(0)} ms`,
    megabytes(one.rssStarted),
    one.rssWritten === undefined ? '' : megabytes(one.rssWritten),
  ]),
)}

The image is one binary of ${megabytes(result.binaryBytes)} and an empty directory, whatever the data. Memory is what is resident (PSS, so that shared pages count once), pages of the database file that the kernel could take back included.
`;
}

/** Load average from which a machine is not the benchmark's own. */
const QUIET = 1;

function rounds({ rounds, measureSeconds }: Result): string {
  return rounds === 1
    ? `one round of ${measureSeconds} s each, which is a look (\`--quick\`) and no more.`
    : `${rounds} rounds of ${measureSeconds} s; a figure is the median of the rounds.`;
}

/** What failed in a table's runs, below it. */
function failures(rows: readonly Row[]): string {
  return rows
    .flatMap(({ system, clients, failed, error }) =>
      error === undefined
        ? []
        : [
            `\n\n${system}, ${clients} clients: no result, ${failed} requests failed: \`${error.replaceAll('`', "'")}\``,
          ],
    )
    .join('');
}

export function heading(members: number, operation: string): string {
  return `${operation === 'write' ? 'Durable writes' : 'Linearizable reads'}, ${members === 1 ? 'one member' : `${members} members`}`;
}

/** Rows that belong in one table, in the order in which they were measured. */
export function sectionsOf(rows: readonly Row[]): { members: number; operation: string; rows: Row[] }[] {
  const sections: { members: number; operation: string; rows: Row[] }[] = [];
  for (const row of rows) {
    let section = sections.find((one) => one.members === row.members && one.operation === row.operation);
    if (!section) sections.push((section = { members: row.members, operation: row.operation, rows: [] }));
    section.rows.push(row);
  }
  return sections;
}

const COLUMNS = [
  '> Clients',
  'Server',
  '> Requests/s',
  '> Berth is',
  '> Aim',
  '> p50',
  '> p99',
  '> CPU of server',
  '> CPU of clients',
  '> Memory',
];

function cells(row: Row): string[] {
  const name = [String(row.clients), row.system];
  if (row.error !== undefined) return [...name, 'failed'];
  return [
    ...name,
    Math.round(row.rate).toLocaleString('en'),
    row.system === BERTH || !Number.isFinite(row.timesOf) ? '' : `${row.timesOf.toFixed(2)}x`,
    aimOf(row) === undefined ? '' : `${aimOf(row)?.toFixed(2)}x`,
    `${row.p50.toFixed(2)} ms`,
    `${row.p99.toFixed(2)} ms`,
    `${row.serverMicros.toFixed(0)} µs`,
    `${row.driverMicros.toFixed(0)} µs`,
    megabytes(row.rss),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}

/** A table of Markdown, as prettier lays it out. Columns whose head begins with `> ` are aligned to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = heads.map((head) => head.startsWith('> '));
  const all = [heads.map((head) => head.replace(/^> /, '')), ...rows];
  const widths = heads.map((_, i) => Math.max(3, ...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, i) => (right[i] ? (row[i] ?? '').padStart(width) : (row[i] ?? '').padEnd(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (right[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [line(head), rule, ...body.map(line)].join('\n');
}
