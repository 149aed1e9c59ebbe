import type { Secret } from 'kubernetes-types/core/v1';
import { contract } from '../contract';
import { labels } from './labels';

/** Where the server finds a Secret's one value in its pod. */
export function secretFile(secret: { readonly directory: string; readonly key: string }): string {
  return `${secret.directory}/${secret.key}`;
}

/**
 * The Secret with the bearer tokens that `/v1` accepts, one a line.
 * Made when the server is installed, never exported: without it the server runs and answers 401.
 */
export function tokensSecret(namespace: string, tokens: readonly string[]): Secret {
  return opaque(namespace, contract.tokens, tokens);
}

/** The Secret from which members of the store derive the certificates they show each other, one a line, the first in use. */
export function peerSecret(namespace: string, secrets: readonly string[]): Secret {
  return opaque(namespace, contract.peerSecret, secrets);
}

function opaque(
  namespace: string,
  secret: { secret: string; key: string },
  lines: readonly string[],
): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret.secret, namespace, labels },
    type: 'Opaque',
    stringData: { [secret.key]: lines.map((line) => `${line}\n`).join('') },
  };
}
