import { join } from 'node:path';
import type { FrontDoor } from '../client/item-client';
import { contract } from '../contract';
import { GO_ENVIRONMENT } from '../local/go-toolchain';
import { run } from '../process/run';
import { start, type Started } from '../process/start';

/** The Go module of the clients and of the check; see there for what they do. */
const SOURCE = join(__dirname, 'workload');

/** Longer than the server itself tries, which is 10 s. */
const TIMEOUT_SECONDS = 15;

/** How requests get to the server. */
export interface Way {
  readonly frontDoor: FrontDoor;
  readonly host: string;
  readonly token: string;
  /** The header that names a request in the Ingress controller's log. Default none. */
  readonly requestHeader?: string | undefined;
}

/** How much is asked for. */
export interface Load {
  /** Names the run, in the ids of its items. */
  readonly run: string;
  readonly clients: number;
  /** Requests a second, of all clients together, at the most. */
  readonly rate: number;
  /** The load ends by itself after so many requests. */
  readonly mostRequests: number;
  readonly seed: number;
}

/** What is counted while it runs. */
export interface Pulse {
  readonly requests: number;
  readonly failed: number;
}

/** Something that must not happen, and when: in nanoseconds since the load began. */
export interface Finding {
  readonly at: number;
  readonly what: string;
  /** A file that shows it. */
  readonly drawing?: string;
}

/** What the check says of a history; see `check.Verdict` of the Go module. */
export interface Verdict {
  readonly operations: number;
  readonly objects: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly lost: readonly Finding[];
  readonly anomalies: readonly Finding[];
  readonly undecided: readonly string[];
  readonly lookedUp: boolean;
}

/** Compiles the program, which takes a second when nothing has changed. @returns its path */
export async function buildWorkload(directory: string): Promise<string> {
  const program = join(directory, 'workload');
  await run('go', ['build', '-trimpath', '-o', program, '.'], { cwd: SOURCE, env: GO_ENVIRONMENT });
  return program;
}

/** Starts the clients. They go on until they are told to end, and then look up everything. */
export function startLoad(
  program: string,
  history: string,
  way: Way,
  load: Load,
  onPulse: (pulse: Pulse) => void,
): Started {
  const settings = {
    ...load,
    history,
    // A history is checked in parts of this many requests, over eight shelves; what that costs grows with the square.
    epochRequests: 20_000,
    client: {
      address: `${way.frontDoor.address}:${way.frontDoor.port}`,
      host: way.host,
      token: way.token,
      items: contract.paths.items,
      memberHeader: contract.headers.member,
      requestHeader: way.requestHeader ?? '',
      timeoutSeconds: TIMEOUT_SECONDS,
    },
  };
  const onLine = (line: string) => {
    onPulse(JSON.parse(line) as Pulse);
  };
  return start(program, ['run'], { input: JSON.stringify(settings), onLine });
}

/** Holds a history against what the store promises; drawings of what is wrong go to a directory. */
export async function checkHistory(
  program: string,
  history: string,
  drawings: string,
  detail: (text: string) => void,
): Promise<Verdict> {
  const onLine = (line: string) => {
    // The last line is the verdict itself, which is for programs.
    if (!line.startsWith('{')) detail(line);
  };
  return JSON.parse(await run(program, ['check', history, drawings], { onLine })) as Verdict;
}
