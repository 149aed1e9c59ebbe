import { join } from 'node:path';
import { buildParts } from '../local/build-parts';
import { authorityFile, certificateOf, issue } from '../local/certificates';
import { startLocal, stopLocal, whileRunning } from '../local/cluster';
import type { Rising } from '../local/control-plane';
import type { LocalCluster } from '../local/local-cluster';
import { startProvisioner } from '../local/provisioner';
import { closeAll } from '../process/close-all';
import { evenWhenInterrupted } from '../process/interrupt';
import { nodePackages } from '../requirements/node-packages';
import { pythonPackages } from '../requirements/python-packages';
import type { Progress } from '../terminal/progress';
import { messageOf } from '../terminal/user-error';
import { createDeployer, EMULATOR_SOURCE, type Account } from './account';
import { startAuthenticator } from './authenticator';
import { startChartRepository, type ChartRepository } from './chart-repository';
import { startEmulator } from './emulator';
import { freePort } from './free-port';
import { KubernetesApi } from './kubernetes-api';
import { startRegistry } from './registry';
import { startController, type Controller } from './stand-ins/controller';
import { ExternalSecrets } from './stand-ins/external-secrets';
import { LoadBalancers } from './stand-ins/load-balancers';
import { EBS_PROVISIONER, Volumes } from './stand-ins/volumes';
import { createWorkspace, type Workspace } from './workspace';

/** Everything a rehearsal plays on: an emulated account whose EKS is a Kubernetes of this machine. */
export interface Stage {
  readonly workspace: Workspace;
  readonly cluster: LocalCluster;
  readonly api: KubernetesApi;
  /** As the user who deploys. */
  readonly account: Account;
  /** Directory of the Python packages the account's tools need. */
  readonly python: string;
  readonly charts: ChartRepository;
  readonly controllers: Readonly<Record<string, Controller>>;
}

/** What the nodes of an account are is not rehearsed, so one is enough; how members spread over zones is tested elsewhere. */
const NODES = 1;

/**
 * Sets the stage, does the work on it, and leaves nothing of it running, however the work ends.
 * @param clusterName name of the app's EKS cluster, which volumes are tagged with
 */
export async function onStage<T>(
  workspace: Workspace,
  clusterName: string,
  progress: Progress,
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = () => evenWhenInterrupted(() => closeAll(closing));
  let done: T;
  try {
    done = await work(await setUp(workspace, clusterName, progress, closing));
  } catch (error) {
    // Why it failed is what matters, and not what could not be closed after it.
    await close().catch((left: unknown) => {
      progress.note(messageOf(left));
    });
    throw error;
  }
  await close();
  return done;
}

interface Packages {
  /** Directory of the emulator's Python packages. */
  readonly python: string;
  /** Directory of the Node packages that Lambdas have at run time. */
  readonly runtime: string;
}

/**
 * Makes what every stage needs and what stays on this machine: a quarter of an hour where nothing is there yet, seconds
 * where all of it is. Setting a stage does it too; whoever has little time for that does it before.
 */
export async function prepareStage(progress: Progress): Promise<void> {
  await buildParts(progress);
  await installPackages(progress);
}

async function installPackages(progress: Progress): Promise<Packages> {
  return {
    python: await pythonPackages(join(EMULATOR_SOURCE, 'requirements.txt'), progress),
    runtime: await nodePackages(join(__dirname, 'lambda-runtime'), progress),
  };
}

async function setUp(
  workspace: Workspace,
  clusterName: string,
  progress: Progress,
  closing: (() => Promise<unknown>)[],
): Promise<Stage> {
  const packages = await installPackages(progress);
  createWorkspace(workspace);
  // What a rehearsal that was killed left: its cluster, and with it the emulator.
  await stopLocal(workspace.directory, progress);
  closing.push(() => stopLocal(workspace.directory, progress));
  const { cluster } = await startLocal({ checkout: workspace.directory, nodes: NODES, progress });
  const kubernetes = whileRunning(cluster);
  return progress.step('Opening the emulated account', async () => {
    startProvisioner(kubernetes, EBS_PROVISIONER);
    const charts = await startChartRepository();
    closing.push(() => charts.close());
    const root = await openAccount(workspace, kubernetes, packages, charts, closing);
    const { python } = packages;
    const account = { ...root, keys: await createDeployer(root, python) };
    const registry = await startRegistry(kubernetes, account);
    closing.push(() => registry.close());
    const api = new KubernetesApi(kubernetes);
    const loadBalancers = new LoadBalancers(api, account);
    const secrets = new ExternalSecrets(api, account, clusterName);
    const volumes = new Volumes(api, account, clusterName);
    const controllers = {
      'load balancers': startController(() => loadBalancers.reconcile()),
      secrets: startController(() => secrets.reconcile()),
      volumes: startController(() => volumes.reconcile()),
    };
    closing.push(async () => {
      for (const controller of Object.values(controllers)) await controller.stop();
      api.close();
    });
    return { workspace, cluster, api, account, python, charts, controllers };
  });
}

/** The emulator, and between its EKS and the API server the authenticator. */
async function openAccount(
  workspace: Workspace,
  kubernetes: Rising,
  packages: Packages,
  charts: ChartRepository,
  closing: (() => Promise<unknown>)[],
): Promise<Account> {
  const { place } = kubernetes;
  const authority = authorityFile(place);
  const certificate = await issue(place, certificateOf(place, 'authority'), {
    name: 'rehearsal',
    subject: '/CN=localhost',
    reachedBy: ['DNS:localhost', 'IP:127.0.0.1'],
  });
  const [port, eksPort] = [await freePort(), await freePort()];
  const endpoint = `https://localhost:${port}`;
  const shared = { kubernetes, authority, certificate };
  const authenticator = await startAuthenticator({ ...shared, port: eksPort, endpoint, run: workspace.run });
  closing.push(() => authenticator.close());
  return startEmulator({ ...shared, ...packages, workspace, port, eksPort, charts: charts.address });
}
