import { randomBytes } from 'node:crypto';
import { contract } from '../contract';
import { peerSecret, tokensSecret } from '../manifests/secrets';
import type { Cluster } from '../targets/target';

export interface Secrets {
  /** A bearer token that `/v1` accepts. */
  readonly token: string;
  /** Whether the Secret that members know each other by was made just now: one that runs alone does not use it yet. */
  readonly peersMade: boolean;
}

/**
 * Makes the Secrets that are not there yet and returns a token that `/v1` accepts.
 * One that exists is never changed: clients hold its tokens, and members trust each other by it.
 */
export async function ensureSecrets(target: Cluster): Promise<Secrets> {
  const namespace = contract.name;
  const peersMade = (await read(target, contract.peerSecret)) === undefined;
  if (peersMade) await create(target, peerSecret(namespace, [randomSecret()]));
  const token = await acceptedToken(target);
  if (token !== undefined) return { token, peersMade };
  const made = randomSecret();
  // A Secret without a usable line gets one; its other content (comments) has nothing to lose.
  await apply(target, tokensSecret(namespace, [made]));
  return { token: made, peersMade };
}

/** The first token of the Secret that the server reads; undefined when there is none. */
export async function acceptedToken(target: Cluster): Promise<string | undefined> {
  const lines = await read(target, contract.tokens);
  return lines?.find((line) => line !== '' && !line.startsWith('#'));
}

/** The lines of a Secret's value, or undefined when there is no such Secret. */
async function read(target: Cluster, secret: { secret: string; key: string }): Promise<string[] | undefined> {
  const json = await target.kubectl([
    ...['get', 'secret', secret.secret, '--namespace', contract.name],
    ...['--ignore-not-found', '--output', 'json'],
  ]);
  if (json === '') return undefined;
  const { data } = JSON.parse(json) as { data?: Record<string, string> };
  return Buffer.from(data?.[secret.key] ?? '', 'base64')
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim());
}

async function create(target: Cluster, object: object): Promise<void> {
  await target.kubectl(['create', '--filename', '-'], { input: JSON.stringify(object) });
}

async function apply(target: Cluster, object: object): Promise<void> {
  await target.kubectl(
    ['apply', '--server-side', '--field-manager=berth', '--force-conflicts', '--filename', '-'],
    {
      input: JSON.stringify(object),
    },
  );
}

/** 256 bits, in characters that need no quoting anywhere. */
function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
