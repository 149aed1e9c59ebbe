import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interrupted } from '../process/interrupt';
import { messageOf } from '../terminal/user-error';
import { goTool } from './go-tool';

/** The Go project's own, curated by its security team. */
const DATABASE = 'https://vuln.go.dev';

/** Milliseconds within which a database must answer. */
const PATIENCE = 10_000;

/** A vulnerability in code that the server calls. */
export interface Vulnerability {
  /** `GO-2024-2687`. */
  readonly id: string;
  readonly summary: string;
  /** Module it is in, with the version that is used. */
  readonly module: string;
  /** First version without it; undefined where there is none yet. */
  readonly fixed?: string;
  /** How the server comes to call it, the server's own function first. */
  readonly trace: readonly string[];
}

export type Scan =
  | { readonly database: string; readonly reached: true; readonly vulnerabilities: readonly Vulnerability[] }
  | { readonly database: string; readonly reached: false; readonly reason: string };

/** One message of `govulncheck -format json`: https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck */
interface Message {
  readonly osv?: { readonly id: string; readonly summary?: string };
  readonly finding?: {
    readonly osv: string;
    readonly fixed_version?: string;
    /** From the vulnerable symbol to the caller. */
    readonly trace: readonly Frame[];
  };
}

interface Frame {
  readonly module: string;
  readonly version?: string;
  readonly package?: string;
  readonly function?: string;
  readonly receiver?: string;
}

/**
 * Looks up the server's modules and Go's standard library in a database of vulnerabilities, and keeps those whose code
 * the server can reach. The image holds one binary and no distribution, so there is nothing else to scan.
 * @param file where the scanner's whole answer is written, with what is known and not reached
 * @param database URL of one in the format of https://go.dev/doc/security/vuln/database
 */
export async function scanForVulnerabilities(
  checkout: string,
  file: string,
  database = process.env['GOVULNDB'] ?? DATABASE,
): Promise<Scan> {
  const reason = await whyUnreachable(database);
  if (reason !== undefined) return { database, reached: false, reason };
  const server = join(checkout, 'server');
  const answer = await goTool('govulncheck', ['-C', server, '-db', database, '-format', 'json', './cmd/...']);
  writeFileSync(file, answer);
  return { database, reached: true, vulnerabilities: reachedIn(answer) };
}

/** Asked first, so that no scan is taken for one of an empty database. */
async function whyUnreachable(database: string): Promise<string | undefined> {
  if (!/^https?:/.test(database)) return undefined;
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), interrupted()]);
    const answer = await fetch(`${database}/index/db.json`, { signal });
    return answer.ok ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    interrupted().throwIfAborted();
    // "fetch failed" says nothing; its cause does.
    return messageOf((error as { cause?: unknown }).cause ?? error);
  }
}

function reachedIn(answer: string): Vulnerability[] {
  const messages = readMessages(answer);
  const found = new Map<string, Vulnerability>();
  for (const { finding } of messages) {
    const [symbol] = finding?.trace ?? [];
    // Without a function it is only known that a module or a package has one, not that anything calls it.
    if (finding === undefined || symbol?.function === undefined) continue;
    if (found.has(finding.osv)) continue;
    const summary = messages.find(({ osv }) => osv?.id === finding.osv)?.osv?.summary ?? '';
    found.set(finding.osv, {
      id: finding.osv,
      summary,
      module: `${symbol.module}@${symbol.version ?? ''}`,
      ...(finding.fixed_version === undefined ? {} : { fixed: finding.fixed_version }),
      trace: finding.trace.map(nameOf).reverse(),
    });
  }
  return [...found.values()].sort((a, b) => a.id.localeCompare(b.id));
}

function nameOf({ package: path = '', receiver, function: name = '' }: Frame): string {
  return [path, receiver, name].filter((part) => part !== undefined && part !== '').join('.');
}

/** The answer is JSON objects one after the other, each over several lines; one begins and ends a line at its edge. */
function readMessages(answer: string): Message[] {
  const objects = answer.split(/^(?=\{)/m).filter((text) => text.trim() !== '');
  return objects.map((text) => JSON.parse(text) as Message);
}
