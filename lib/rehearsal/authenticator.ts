import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { certificateOf, type Certificate } from '../local/certificates';
import type { Rising } from '../local/control-plane';
import { apiUrl } from '../local/health';
import { messageOf } from '../terminal/user-error';
import { eksToken, identityOf, type AccessPolicy, type ReviewedToken } from './identity';
import { listen, type Listening } from './listening';
import { passOn } from './pass-on';

export interface AuthenticatorOptions {
  readonly kubernetes: Rising;
  /** PEM file of the authority that the API server, the emulator and this have in common. */
  readonly authority: string;
  readonly certificate: Certificate;
  readonly port: number;
  /** Address of the emulated account. */
  readonly endpoint: string;
  /** Directory the emulator writes `eks-auth.json` into. */
  readonly run: string;
}

const NOBODY =
  'no token of aws eks get-token whose caller the account knows and the cluster has an access entry for';

/**
 * Stands before the API server where EKS has its authenticator: a token of `aws eks get-token` is reviewed by the
 * emulated account, against its IAM users and the cluster's access entries, and the request goes on in the name of whom
 * that says. Nobody gets in any other way.
 */
export async function startAuthenticator(options: AuthenticatorOptions): Promise<Listening> {
  const ca = readFileSync(options.authority);
  const admin = certificateOf(options.kubernetes.place, 'admin');
  const tls = { ca, cert: readFileSync(admin.certificate), key: readFileSync(admin.key) };
  const agent = new Agent({ keepAlive: true, ...tls });
  const upstream = apiUrl(options.kubernetes.net);
  const admit = async (incoming: IncomingMessage): Promise<RequestOptions | undefined> => {
    const token = eksToken(incoming.headers.authorization);
    if (token === undefined) return undefined;
    const known = readKnown(options.run);
    const identity = identityOf(await reviewToken(options.endpoint, ca, known.path, token), known.policies);
    if (!identity) return undefined;
    const { user, groups } = identity;
    const impersonation = { 'impersonate-user': user, 'impersonate-group': [...groups] };
    const headers = { ...withoutIdentity(incoming.headers), ...impersonation };
    return { method: incoming.method, headers, agent };
  };
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const admitted = await admit(incoming);
    if (!admitted) {
      refuse(outgoing, 401, NOBODY);
      return;
    }
    passOn(incoming, request(`${upstream}${incoming.url ?? '/'}`, admitted), outgoing, (error) => {
      refuse(outgoing, 502, error.message);
    });
  };
  // What port-forward and exec speak, WebSocket or SPDY: the connection itself is handed over.
  const handOver = async (incoming: IncomingMessage, client: Duplex): Promise<void> => {
    const admitted = await admit(incoming);
    if (!admitted) {
      client.end(`HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\n\r\n${NOBODY}`);
      return;
    }
    const onward = request(`${upstream}${incoming.url ?? '/'}`, { ...admitted, agent: false, ...tls });
    const close = () => client.destroy();
    onward.on('error', close).on('response', (answer) => {
      client.write(headOf(answer));
      answer.pipe(client);
    });
    onward.on('upgrade', (answer, server: Duplex, first: Buffer) => {
      client.write(headOf(answer));
      client.write(first);
      server.on('error', close).on('close', close).pipe(client);
      client.on('close', () => server.destroy()).pipe(server);
    });
    client.on('error', close).on('close', () => onward.destroy());
    if (client.destroyed) onward.destroy();
    else onward.end();
  };
  const server = createServer(
    { cert: readFileSync(options.certificate.certificate), key: readFileSync(options.certificate.key) },
    (incoming, outgoing) => {
      handle(incoming, outgoing).catch((error: unknown) => {
        refuse(outgoing, 500, messageOf(error));
      });
    },
  );
  server.on('upgrade', (incoming: IncomingMessage, client: Duplex) => {
    handOver(incoming, client).catch(() => client.destroy());
  });
  return listen(server, '127.0.0.1', options.port);
}

/** Status line and headers, as they came; a body that follows ends with the connection. */
function headOf({ statusCode, statusMessage, headers }: IncomingMessage): string {
  const lines = Object.entries(headers)
    .filter(([name]) => name !== 'transfer-encoding')
    .map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return `HTTP/1.1 ${statusCode ?? 502} ${statusMessage ?? ''}\r\n${lines.join('')}\r\n`;
}

/** What a caller says of itself in a way only the authenticator may. */
function withoutIdentity(headers: IncomingMessage['headers']) {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => name !== 'authorization' && name !== 'host' && !name.startsWith('impersonate-'),
    ),
  );
}

interface Known {
  readonly path: string | null;
  readonly policies: Readonly<Record<string, AccessPolicy>>;
}

function readKnown(run: string): Known {
  return JSON.parse(readFileSync(join(run, 'eks-auth.json'), 'utf8')) as Known;
}

function reviewToken(
  endpoint: string,
  ca: Buffer,
  path: string | null,
  token: string,
): Promise<ReviewedToken> {
  if (path === null) return Promise.resolve({ authenticated: false });
  return new Promise((resolve, reject) => {
    const asked = request(`${endpoint}${path}`, {
      ca,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    asked.on('error', reject).on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('error', reject).on('end', () => {
        try {
          resolve((JSON.parse(body) as { status?: ReviewedToken }).status ?? {});
        } catch {
          reject(new Error(`a token's review was answered ${response.statusCode} ${body.slice(0, 200)}`));
        }
      });
    });
    asked.end(
      JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }),
    );
  });
}

/** Answers as the API server does (a Status object), so that kubectl shows the message. */
function refuse(outgoing: ServerResponse, code: number, message: string): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(code, { 'content-type': 'application/json' });
  const reason = code === 401 ? 'Unauthorized' : 'InternalError';
  outgoing.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }),
  );
}
