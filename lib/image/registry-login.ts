import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evenWhenInterrupted } from '../process/interrupt';
import { messageOf, UserError } from '../terminal/user-error';
import type { Destination } from './destination';

/**
 * Does `work` with what a registry asks for: for ECR a token got with this machine's AWS credentials, in a folder of
 * its own that is gone afterwards; for any other what `docker login` has kept.
 * @param work gets the variables to run a registry client with
 */
export async function withLogin<T>(
  { registry, ecrRegion }: Destination,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (ecrRegion === undefined) return work({});
  const token = await ecrToken(registry, ecrRegion);
  const folder = mkdtempSync(join(tmpdir(), 'berth-login-'));
  try {
    const config = JSON.stringify({ auths: { [registry]: { auth: token } } });
    writeFileSync(join(folder, 'config.json'), config, { mode: 0o600 });
    return await work({ DOCKER_CONFIG: folder });
  } finally {
    await evenWhenInterrupted(() => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    });
  }
}

async function ecrToken(registry: string, region: string): Promise<string> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  try {
    const answer = await new ECRClient({ region }).send(new GetAuthorizationTokenCommand({}));
    const token = answer.authorizationData?.[0]?.authorizationToken;
    if (token === undefined) throw new Error('ECR gave no token');
    return token;
  } catch (error) {
    throw new UserError(
      `no login for ${registry}: ${messageOf(error)}\n  fix: give this shell credentials that may call ecr:GetAuthorizationToken (aws sts get-caller-identity shows whose it has)`,
      { cause: error },
    );
  }
}
