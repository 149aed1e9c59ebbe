import { appendFileSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, succeeds } from '../../process/run';
import { waitFor } from '../../process/wait';
import { UserError } from '../../terminal/user-error';
import { startChild, type Child } from '../child';
import { stop, type Place, type System } from './system';

/** Who PostgreSQL runs as: it refuses root. Debian's package makes this user. */
const USER = 'postgres';
/** Connections to the database, of all servers together; it takes 100 by default. */
const POOL = 64;

/** Where Debian's newest PostgreSQL has its programs; undefined if there is none. */
export function postgresPrograms(root = '/usr/lib/postgresql'): string | undefined {
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).filter((name) => existsSync(join(root, name, 'bin', 'initdb')));
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

/**
 * A plain server over PostgreSQL with its defaults, so that a commit is on disk before it is acknowledged. With three
 * members the database has two standbys, of which one must have the commit on disk too; reads are of the primary.
 */
export const postgres: System = {
  name: 'PostgreSQL',
  async start(place) {
    const { network, directory, programs } = place;
    const children: Child[] = [];
    try {
      const port = await network.port(0, 5432);
      mkdirSync(directory, { recursive: true });
      children.push(await startPrimary(place, port));
      for (const member of network.addresses.keys()) {
        if (member > 0) children.push(await startStandby(place, port, member));
      }
      const database = `host=${network.addresses[0]} port=${port} user=${USER} dbname=postgres pool_max_conns=${Math.floor(POOL / network.addresses.length)}`;
      const addresses: string[] = [];
      for (const [member, host] of network.addresses.entries()) {
        const address = `${host}:${await network.port(member, 8082)}`;
        addresses.push(address);
        const command = [programs['postgres-server'], `-address=${address}`, `-database=${database}`];
        const log = join(directory, `server-${member}.log`);
        children.push(startChild(command, { log, within: network.beside(member) }));
      }
      return { protocol: 'rest', addresses, children };
    } catch (error) {
      await stop({ children });
      throw error;
    }
  },
};

function programOf(name: string): string {
  const programs = postgresPrograms();
  if (programs === undefined)
    throw new UserError('no PostgreSQL on this machine\n  fix: apt-get install postgresql');
  return join(programs, name);
}

/** A directory that belongs to the user of the database. */
async function own(directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const [user, group] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, USER])));
  chownSync(directory, Number(user), Number(group));
  return directory;
}

const asUser = ['setpriv', '--reuid', USER, '--regid', USER, '--clear-groups', '--'];

async function command(within: readonly string[], name: string, args: readonly string[], log: string) {
  const [first = '', ...rest] = [...within, ...asUser, programOf(name), ...args];
  await run(first, rest, { cwd: '/', log });
}

function startServer(place: Place, member: number, port: number, settings: readonly string[]): Child {
  const { network, directory } = place;
  const data = join(directory, `data-${member}`);
  return startChild(
    [
      programOf('postgres'),
      ...['-D', data, '-p', String(port)],
      ...[
        `listen_addresses=${network.addresses[member]}`,
        'unix_socket_directories=',
        'synchronous_commit=on',
        ...settings,
      ].flatMap((setting) => ['-c', setting]),
    ],
    { log: join(directory, `postgres-${member}.log`), within: network.beside(member), user: USER },
  );
}

async function startPrimary(place: Place, port: number): Promise<Child> {
  const { network, directory } = place;
  const data = await own(join(directory, 'data-0'));
  const log = join(directory, 'initdb.log');
  await command([], 'initdb', ['-D', data, '--auth=trust', '--encoding=UTF8', '--no-instructions'], log);
  appendFileSync(join(data, 'pg_hba.conf'), 'host all,replication all 10.99.0.0/24 trust\n');
  const standbys = network.addresses.slice(1).map((_, i) => `standby_${i + 1}`);
  const child = startServer(place, 0, port, [
    ...(standbys.length > 0 ? [`synchronous_standby_names=ANY 1 (${standbys.join(',')})`] : []),
  ]);
  await accepts(place, 0, port, child);
  return child;
}

async function startStandby(place: Place, port: number, member: number): Promise<Child> {
  const { network, directory } = place;
  const data = await own(join(directory, `data-${member}`));
  const from = `host=${network.addresses[0]} port=${port} user=${USER} application_name=standby_${member}`;
  const log = join(directory, `basebackup-${member}.log`);
  const args = ['-D', data, '-d', from, '--write-recovery-conf', '--checkpoint=fast'];
  await command(network.beside(member), 'pg_basebackup', args, log);
  const child = startServer(place, member, port, []);
  await accepts(place, member, port, child);
  return child;
}

async function accepts({ network }: Place, member: number, port: number, child: Child): Promise<void> {
  const [first, ...rest] = [...network.beside(member), programOf('pg_isready')];
  const args = [...rest, '-h', network.addresses[member] ?? '', '-p', String(port)];
  const accepted = await waitFor(
    'PostgreSQL',
    async () => {
      try {
        child.assertRunning();
      } catch (error) {
        return error as Error; // It will not come, however long is waited.
      }
      return (await succeeds(first, args)) || undefined;
    },
    { seconds: 60 },
  );
  if (accepted instanceof Error) throw accepted;
}
