import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { judge } from '../../lib/commands/image';
import { scanForVulnerabilities, type Scan } from '../../lib/image/vulnerabilities';

const folder = mkdtempSync(join(tmpdir(), 'berth-vulnerabilities-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const write = (file: string, content: string) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
};

/** A database that knows one vulnerability, in functions of the standard library. */
function database(name: string, symbols: readonly string[]): string {
  const id = 'GO-2026-0001';
  const modified = '2026-01-02T00:00:00Z';
  write(`${name}/index/db.json`, JSON.stringify({ modified }));
  write(
    `${name}/index/modules.json`,
    JSON.stringify([{ path: 'stdlib', vulns: [{ id, modified, fixed: '9.9.9' }] }]),
  );
  const affected = {
    package: { name: 'stdlib', ecosystem: 'Go' },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '9.9.9' }] }],
    ecosystem_specific: { imports: [{ path: 'strings', symbols }] },
  };
  const entry = { schema_version: '1.3.1', id, modified, published: modified, summary: 'Titles explode' };
  write(
    `${name}/ID/${id}.json`,
    JSON.stringify({ ...entry, details: 'x', affected: [affected], database_specific: { url: 'x' } }),
  );
  return `file://${join(folder, name)}`;
}

beforeAll(() => {
  write('server/go.mod', 'module example.com/titles\n\ngo 1.26.0\n');
  write(
    'server/cmd/titles/main.go',
    'package main\n\nimport "strings"\n\nfunc shout() string { return strings.Title("x") }\n\nfunc main() { println(shout()) }\n',
  );
});
const scan = (url: string) => scanForVulnerabilities(folder, join(folder, 'answer.json'), url);

describe('a scan', () => {
  test('finds a vulnerability in what the server calls, and how it comes to call it', async () => {
    const result = await scan(database('called', ['Title']));
    expect(result).toMatchObject({
      reached: true,
      vulnerabilities: [
        {
          id: 'GO-2026-0001',
          summary: 'Titles explode',
          module: expect.stringMatching(/^stdlib@v1\.26/) as string,
          fixed: 'v9.9.9',
          trace: [
            'example.com/titles/cmd/titles.main',
            'example.com/titles/cmd/titles.shout',
            'strings.Title',
          ],
        },
      ],
    });
  });

  test('leaves out what the server does not call, and keeps it in the answer', async () => {
    const result = await scan(database('idle', ['Replacer.WriteString']));
    expect(result).toMatchObject({ reached: true, vulnerabilities: [] });
    expect(readFileSync(join(folder, 'answer.json'), 'utf8')).toContain('GO-2026-0001');
  });

  test('that cannot reach its database says so, and is none', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await scan(url)).toEqual({ database: url, reached: false, reason: 'it answers 503' });
    } finally {
      server.close();
    }
    const gone = await scan(url);
    expect(gone).toMatchObject({ reached: false, reason: expect.stringContaining('ECONNREFUSED') as string });
  });
});

describe('what a scan means', () => {
  const database_ = 'https://vuln.example.com';
  const unreachable: Scan = { database: database_, reached: false, reason: 'no route' };
  const clean: Scan = { database: database_, reached: true, vulnerabilities: [] };
  const found: Scan = {
    ...clean,
    vulnerabilities: [
      { id: 'GO-1', summary: 'Bad', module: 'a@v1', fixed: 'v2', trace: ['main.main', 'a.F'] },
    ],
  };

  test('nothing found is nothing to say, by every rule', () => {
    for (const rule of ['required', 'when-reachable', 'report'] as const) {
      expect(judge(clean, rule)).toEqual({});
    }
  });

  test('a database that cannot be reached is said, and fails where a scan is required', () => {
    expect(judge(unreachable, 'required').refusal).toContain(
      'no route\n  fix: name a copy of it in GOVULNDB',
    );
    for (const rule of ['when-reachable', 'report'] as const) {
      expect(judge(unreachable, rule)).toEqual({
        note: 'The image is not scanned for vulnerabilities: https://vuln.example.com cannot be reached: no route',
      });
    }
  });

  test('a vulnerability fails, with its fix, but where it is only to be reported', () => {
    for (const rule of ['required', 'when-reachable'] as const) {
      const { refusal } = judge(found, rule);
      expect(refusal).toContain('GO-1 Bad\n    in a@v1, fixed in v2; main.main calls a.F');
    }
    expect(judge(found, 'report').refusal).toBeUndefined();
    expect(judge(found, 'report').note).toContain('GO-1 Bad');
  });
});
