import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run';
import type { Place } from './place';

/** A certificate and its key, as files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly name: string;
  /** Kubernetes reads the user from CN and groups from O. */
  readonly subject: string;
  /** Names and addresses a server is reached by. */
  readonly reachedBy?: readonly string[];
}

// Without the system's configuration, which would add extensions to those named here.
const REQUEST = ['req', '-x509', '-config', '/dev/null', '-days', '3650'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

export const authorityFile = (place: Place): string => certificateOf(place, 'authority').certificate;

/** Makes the cluster's own certificate authority and the key pair that signs service accounts' tokens. */
export async function createAuthority(
  place: Place,
): Promise<{ authority: Certificate; tokens: Certificate }> {
  mkdirSync(join(place.state, 'pki'), { recursive: true, mode: 0o700 });
  const authority = certificateOf(place, 'authority');
  const tokens = certificateOf(place, 'tokens');
  await Promise.all([
    create(authority, `/CN=berth-${place.id}`, [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign',
    ]),
    create(tokens, '/CN=tokens', []),
  ]);
  return { authority, tokens };
}

/** Makes a certificate that the authority has signed, good for a server and for a client. */
export async function issue(place: Place, authority: Certificate, subject: Subject): Promise<Certificate> {
  const issued = certificateOf(place, subject.name);
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    'extendedKeyUsage=serverAuth,clientAuth',
    ...(subject.reachedBy ? [`subjectAltName=${subject.reachedBy.join(',')}`] : []),
  ];
  await create(issued, subject.subject, extensions, ['-CA', authority.certificate, '-CAkey', authority.key]);
  return issued;
}

/** A kubeconfig that carries its certificates, so that it works wherever it is copied to on this machine. */
export function kubeconfig(server: string, authority: Certificate, user: Certificate): string {
  const data = (file: string) => readFileSync(file).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'berth', cluster: { server, 'certificate-authority-data': data(authority.certificate) } },
    ],
    users: [
      {
        name: 'berth',
        user: { 'client-certificate-data': data(user.certificate), 'client-key-data': data(user.key) },
      },
    ],
    contexts: [{ name: 'berth', context: { cluster: 'berth', user: 'berth' } }],
    'current-context': 'berth',
  });
}

/** Where the certificate of this name is, or will be. */
export function certificateOf(place: Place, name: string): Certificate {
  const base = join(place.state, 'pki', name);
  return { certificate: `${base}.crt`, key: `${base}.key` };
}

async function create(
  files: Certificate,
  subject: string,
  extensions: readonly string[],
  signedBy: readonly string[] = [],
): Promise<void> {
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const into = ['-out', files.certificate, '-keyout', files.key];
  await run('openssl', [...REQUEST, ...signedBy, ...NEW_KEY, '-subj', subject, ...added, ...into]);
}
