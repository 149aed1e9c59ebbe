import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { CommandFailed, run, succeeds } from '../process/run';
import { UserError } from '../terminal/user-error';
import type { Cluster } from './target';

/**
 * Milliseconds that a token is used. EKS takes one for 15 minutes.
 * https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
 */
const TOKEN_MILLISECONDS = 10 * 60_000;

/** What kubectl says of a token that is not taken. */
const REFUSED = /Unauthorized|must be logged in to the server/;

interface Which {
  readonly name: string;
  readonly region: string;
}

/** What is read of what `aws eks` says of a cluster, and of a token for it. */
interface Answer {
  readonly endpoint?: string;
  readonly certificateAuthority?: { readonly data: string };
  readonly token?: string;
}

/**
 * Does `work` with the EKS cluster of an account, as whoever's AWS credentials this process has, which the AWS CLI finds.
 * The kubeconfig is in a folder of its own, which is gone afterwards; a person's kubeconfig is left alone.
 * @throws UserError a program is missing, or the cluster is not there for these credentials
 */
export async function withAccountCluster<T>(
  { name, region }: Which,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  await requirePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'berth-kubeconfig-'));
  try {
    const access = new Access({ name, region }, join(folder, 'config'));
    await access.kubeconfig();
    return await work({
      name: `EKS cluster ${name} in ${region}`,
      async kubectl(args, options) {
        const call = async () =>
          run('kubectl', ['--kubeconfig', await access.kubeconfig(), ...args], options);
        return call().catch((error: unknown) => {
          // A token ends with the credentials it was made with, which may be before its time.
          if (!(error instanceof CommandFailed && REFUSED.test(error.output))) throw error;
          access.renew();
          return call();
        });
      },
      // With a kubeconfig of the person's own, as this one is gone when it is read.
      kubectlHint: `aws eks update-kubeconfig --region ${region} --name ${name} && kubectl`,
    });
  } finally {
    await evenWhenInterrupted(() => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    });
  }
}

/**
 * A kubeconfig with a token in it. One as `aws eks update-kubeconfig` writes it has each kubectl start the AWS CLI for a
 * token of its own, which takes a second of a processor, and a release calls kubectl several times a second.
 */
class Access {
  private cluster: Answer | undefined;
  private written: Promise<void> | undefined;
  private until = 0;

  constructor(
    private readonly which: Which,
    private readonly file: string,
  ) {}

  /** The file, with a token that is good for some minutes yet. */
  async kubeconfig(): Promise<string> {
    if (Date.now() >= this.until) {
      this.until = Date.now() + TOKEN_MILLISECONDS;
      this.written = this.write().catch((error: unknown) => {
        this.until = 0;
        throw error;
      });
    }
    await this.written;
    return this.file;
  }

  /** The next call has another token. */
  renew(): void {
    this.until = 0;
  }

  private async write(): Promise<void> {
    const { name } = this.which;
    this.cluster ??= await this.ask('describe-cluster', '--name', 'cluster');
    const { endpoint, certificateAuthority } = this.cluster;
    const { token } = await this.ask('get-token', '--cluster-name', 'status');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority?.data },
        },
      ],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    // Another kubectl may be reading the one before.
    writeFileSync(`${this.file}.new`, JSON.stringify(config), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  /** One part of what `aws eks` answers. */
  private async ask(command: string, option: string, part: 'cluster' | 'status'): Promise<Answer> {
    const { name, region } = this.which;
    const where = ['--region', region, option, name, '--output', 'json'];
    const answer = JSON.parse(await run('aws', ['eks', command, ...where])) as Record<typeof part, Answer>;
    return answer[part];
  }
}

async function requirePrograms(): Promise<void> {
  const programs = [
    { name: 'aws', asked: ['--version'], from: 'https://docs.aws.amazon.com/cli/' },
    { name: 'kubectl', asked: ['version', '--client'], from: 'https://kubernetes.io/docs/tasks/tools/' },
  ];
  for (const { name, asked, from } of programs) {
    if (await succeeds(name, asked)) continue;
    throw new UserError(
      `the account's cluster is reached with ${name}, which is not here; get it from ${from}`,
    );
  }
}
