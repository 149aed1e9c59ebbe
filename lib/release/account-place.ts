import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Stacks } from '../account/stacks';
import { ItemClient, type FrontDoor } from '../client/item-client';
import { names } from '../config/names';
import { schema } from '../config/settings';
import { contract } from '../contract';
import { acceptedToken } from '../deploy/secrets';
import { ImageParameter } from '../server/first-image/image-parameter';
import { PushedImages } from '../server/first-image/pushed-images';
import { withAccountCluster } from '../targets/account-cluster';
import { messageOf, UserError } from '../terminal/user-error';
import { declaredInAccount } from './declared-in-account';
import { keptIn } from './kept-in';
import type { ReleasePlace } from './release';

export interface AccountPlaceOptions {
  readonly checkout: string;
  /** Where the load balancer is reached from here, if not by the name that the stack gives. */
  readonly frontDoor?: Pick<FrontDoor, 'address' | 'port'> | undefined;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Does `work` in the account that this process has AWS credentials for. The token is read where the server reads it,
 * so that it is one that the server accepts.
 * @throws UserError no credentials, no such stack, or no way into the cluster
 */
export async function withAccountPlace<T>(
  { checkout, frontDoor, environment = process.env }: AccountPlaceOptions,
  work: (place: ReleasePlace) => Promise<T>,
): Promise<T> {
  // Six lines about versions of Node.js before each release would hide what matters.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const region = regionOf(checkout, environment);
  const stacks = new Stacks(new CloudFormationClient({ region }));
  const parameter = new ImageParameter(new SSMClient({ region }), names.imageParameter);
  const images = new PushedImages(new ECRClient({ region }));
  const url = await urlOf(stacks, region);
  return withAccountCluster({ name: names.cluster, region }, async (cluster) => {
    const token = await acceptedToken(cluster);
    if (token === undefined) {
      throw new UserError(
        `Secret ${contract.tokens.secret} holds no token; ${names.stacks.server} brings it there from Secrets Manager`,
      );
    }
    const service = new ItemClient({ ...doorOf(url), ...frontDoor }, url.hostname, token);
    try {
      return await work({
        cluster,
        declaration: declaredInAccount(parameter, stacks),
        credentials: { host: url.hostname, token },
        service,
        obstacleToPulling: async (image) =>
          (await images.exists(image)) ? undefined : 'its repository does not have it; push it first',
        keep: keptIn(images),
      });
    } finally {
      await service.close();
    }
  });
}

/** Where the server's stack says that it answers. */
async function urlOf(stacks: Stacks, region: string): Promise<URL> {
  const outputs = await stacks.outputs(names.stacks.server).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${names.stacks.server} in ${region} cannot be asked for: ${messageOf(error)}\n` +
        '  fix: give this shell credentials of the account (aws sts get-caller-identity shows whose it has)',
      { cause: error },
    );
  });
  if (outputs['Url'] !== undefined) return new URL(outputs['Url']);
  throw new UserError(`${names.stacks.server} has no output Url; deploy it again: npx cdk deploy --all`);
}

function doorOf(url: URL): FrontDoor {
  const tls = url.protocol === 'https:';
  return { address: url.hostname, port: Number(url.port) || (tls ? 443 : 80), tls };
}

/** As AWS's own programs have it, else the region that the CDK app is deployed into. */
function regionOf(checkout: string, environment: NodeJS.ProcessEnv): string {
  const given = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (given !== undefined && given !== '') return given;
  const { context } = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8')) as {
    context?: Readonly<Record<string, unknown>>;
  };
  return schema.shape.region.parse(context?.['region']);
}
