import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { CdkCustomResourceEvent, CdkCustomResourceResponse } from 'aws-lambda';
import { ImageParameter } from './image-parameter';
import type { FirstImageProperties } from './properties';
import { PushedImages } from './pushed-images';

export interface Clients {
  readonly ssm: SSMClient;
  readonly ecr: ECRClient;
  readonly cloudFormation: CloudFormationClient;
}

const awsClients = (): Clients => ({
  ssm: new SSMClient(),
  ecr: new ECRClient(),
  cloudFormation: new CloudFormationClient(),
});

/**
 * Sees that the parameter names an image, and never changes one that a release may have written.
 *
 * - Create: writes the image that was just pushed, unless the parameter names one that is there to be pulled.
 * - Update, which is what a changed source causes: writes only where somebody removed the parameter.
 * - Delete: removes the parameter if its whole stack goes. A resource that is deleted for another reason (a new logical
 *   id, a rollback) must not take away what runs.
 */
export async function nameFirstImage(
  event: CdkCustomResourceEvent,
  clients: Clients,
): Promise<CdkCustomResourceResponse> {
  const properties = event.ResourceProperties as unknown as FirstImageProperties;
  const parameter = new ImageParameter(clients.ssm, properties.ParameterName);
  const images = new PushedImages(clients.ecr);
  const result = (image?: string): CdkCustomResourceResponse => ({
    PhysicalResourceId: event.RequestType === 'Create' ? properties.ParameterName : event.PhysicalResourceId,
    ...(image === undefined ? {} : { Data: { Image: image } }),
  });

  if (event.RequestType === 'Delete') {
    if (await isBeingDeleted(clients.cloudFormation, event.StackId)) {
      await parameter.remove();
      await images.untag(properties.RepositoryUri, properties.KeepTag);
    }
    return result();
  }
  const there = await parameter.read();
  if (there !== undefined && (event.RequestType === 'Update' || (await images.exists(there)))) {
    return result(there);
  }
  const digest = await images.digest(properties.RepositoryUri, properties.ImageTag);
  // Before it is written: from then on it runs, and `cdk gc` must not take it for an asset that nobody uses.
  await images.tag(properties.RepositoryUri, digest, properties.KeepTag);
  return result(await parameter.write(`${properties.RepositoryUri}@${digest}`, there));
}

async function isBeingDeleted(client: CloudFormationClient, stackId: string): Promise<boolean> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
  return Stacks[0]?.StackStatus === 'DELETE_IN_PROGRESS';
}

/** What Lambda calls; with more arguments than these, of which runtimes before Node.js 24 have one more than later ones. */
export function handler(event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> {
  return nameFirstImage(event, awsClients());
}
