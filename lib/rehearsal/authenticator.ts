import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import { join } from 'node:path';
import { certificateOf, type Certificate } from '../local/certificates';
import type { Rising } from '../local/control-plane';
import { apiUrl } from '../local/health';
import { messageOf } from '../terminal/user-error';
import { eksToken, identityOf, type AccessPolicy, type ReviewedToken } from './identity';
import { listen, type Listening } from './listening';

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

/**
 * Stands before the API server where EKS has its authenticator: a token of `aws eks get-token` is reviewed by the
 * emulated account, against its IAM users and the cluster's access entries, and the request goes on in the name of whom
 * that says. Nobody gets in any other way.
 */
export async function startAuthenticator(options: AuthenticatorOptions): Promise<Listening> {
  const ca = readFileSync(options.authority);
  const admin = certificateOf(options.kubernetes.place, 'admin');
  const agent = new Agent({
    keepAlive: true,
    ca,
    cert: readFileSync(admin.certificate),
    key: readFileSync(admin.key),
  });
  const upstream = apiUrl(options.kubernetes.net);
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const token = eksToken(incoming.headers.authorization);
    if (token === undefined) {
      refuse(outgoing, 401, 'no token of aws eks get-token');
      return;
    }
    const known = readKnown(options.run);
    const review = await reviewToken(options.endpoint, ca, known.path, token);
    const identity = identityOf(review, known.policies);
    if (!identity) {
      refuse(outgoing, 401, 'the account knows no such caller, or the cluster has no access entry for it');
      return;
    }
    const headers = {
      ...withoutIdentity(incoming.headers),
      'impersonate-user': identity.user,
      'impersonate-group': [...identity.groups],
    };
    const onward = request(
      `${upstream}${incoming.url ?? '/'}`,
      { method: incoming.method, headers, agent },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', (error) => {
      refuse(outgoing, 502, error.message);
    });
    incoming.pipe(onward);
  };
  const server = createServer(
    { cert: readFileSync(options.certificate.certificate), key: readFileSync(options.certificate.key) },
    (incoming, outgoing) => {
      handle(incoming, outgoing).catch((error: unknown) => {
        refuse(outgoing, 500, messageOf(error));
      });
    },
  );
  return listen(server, '127.0.0.1', options.port);
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
      response.on('end', () => {
        resolve((JSON.parse(body) as { status?: ReviewedToken }).status ?? {});
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
