import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { cacheDirectory } from '../installation/cache';
import type { Certificate } from '../local/certificates';
import type { Rising } from '../local/control-plane';
import { startDaemon, waitWhileRunning } from '../local/daemon';
import { ACCOUNT, EMULATOR_SOURCE, nobodyElse, REGION, ROOT, type Account } from './account';
import type { Workspace } from './workspace';

export interface EmulatorOptions {
  readonly workspace: Workspace;
  /** The local Kubernetes with which it ends. */
  readonly kubernetes: Rising;
  /** PEM file of the authority of both. */
  readonly authority: string;
  /** For its HTTPS: bootstrapped buckets refuse plain HTTP. */
  readonly certificate: Certificate;
  /** Directory of its Python packages. */
  readonly python: string;
  /** Directory of the Node packages that Lambda's own runtimes bring. */
  readonly runtime: string;
  readonly port: number;
  /** Port its EKS clusters have at localhost: the authenticator's. */
  readonly eksPort: number;
  /** Where calls of helm for charts of the internet go. */
  readonly charts: string;
}

/** Programs that Lambdas call by name. */
const LAYER_PROGRAMS = ['kubectl', 'helm', 'aws'];

/** Where layer-program.sh keeps what it need not unpack and compile again. */
export function layerPrograms(): string {
  return cacheDirectory('layer-programs');
}

/**
 * Starts MiniStack, which checks signatures, IAM policies and access entries, and waits until it answers.
 * Its Lambdas run as processes of this machine, with their own layers.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Account> {
  const { workspace, kubernetes, authority, certificate, port } = options;
  const account: Account = { endpoint: `https://localhost:${port}`, authority, keys: ROOT };
  for (const program of LAYER_PROGRAMS) {
    copyFileSync(join(__dirname, 'layer-program.sh'), join(workspace.bin, program));
    chmodSync(join(workspace.bin, program), 0o755);
  }
  const temporary = join(workspace.run, 'tmp');
  const daemon = startDaemon(
    kubernetes.place,
    kubernetes.boot,
    'emulator',
    ['python3', join(EMULATOR_SOURCE, 'main.py')],
    {
      path: [workspace.bin, join(process.execPath, '..')],
      env: {
        ...nobodyElse(authority), // It is the endpoint, and tells its Lambdas so.
        REQUESTS_CA_BUNDLE: authority,
        PYTHONPATH: options.python,
        NODE_PATH: options.runtime,
        PYTHONDONTWRITEBYTECODE: '1',
        HOME: workspace.run,
        TMPDIR: temporary,
        TEST_OUTDIR: temporary, // Where the kubectl provider writes, instead of /tmp.
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        USE_SSL: '1',
        MINISTACK_SSL_CERT: certificate.certificate,
        MINISTACK_SSL_KEY: certificate.key,
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        MINISTACK_HOST: 'localhost',
        EKS_BASE_PORT: String(options.eksPort),
        LAMBDA_EXECUTOR: 'local',
        SFN_WAIT_SCALE: '0.1', // Nothing here takes as long as on AWS: the teardown guard looks again after 1.5 s, not 15.
        IOT_MTLS_ENABLED: 'false', // Would listen on a port of its own.
        DOCKER_HOST: 'unix:///dev/null', // A Docker engine of this machine is none of its business.
        AUTH: 'true',
        REHEARSAL_RUN: workspace.run,
        REHEARSAL_PROGRAMS: layerPrograms(),
        REHEARSAL_CA: authority,
        REHEARSAL_SOURCE: __dirname,
        REHEARSAL_CHARTS: options.charts,
      },
    },
  );
  await waitWhileRunning(
    kubernetes.place,
    [daemon],
    'the emulated account',
    async () => (await answers(account)) || undefined,
    { seconds: 60, every: 100 },
  );
  return account;
}

function answers(account: Account): Promise<boolean> {
  return new Promise((resolve) => {
    const how = { ca: readFileSync(account.authority), agent: false, signal: AbortSignal.timeout(10_000) };
    request(`${account.endpoint}/_ministack/health`, how)
      .on('response', (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on('error', () => {
        resolve(false);
      })
      .end();
  });
}
