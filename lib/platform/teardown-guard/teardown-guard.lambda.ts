import type {
  CdkCustomResourceEvent,
  CdkCustomResourceIsCompleteEvent,
  CdkCustomResourceIsCompleteResponse,
  CdkCustomResourceResponse,
} from 'aws-lambda';
import { awsClients, type Clients, clusterLeftovers } from './kinds';
import { clear, waitForControllers } from './phases';
import { type GuardProperties, limitSeconds, physicalId } from './properties';

/**
 * Begins an operation on one of the guard's two resources. Only a deletion has anything to do.
 *
 * The id names the cluster: when a stack replaces its cluster, CloudFormation deletes the old id with the old
 * properties, and what the old cluster left is cleared.
 */
export function onEvent(event: CdkCustomResourceEvent): Promise<CdkCustomResourceResponse> {
  const properties = event.ResourceProperties as unknown as GuardProperties;
  return Promise.resolve({
    PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : physicalId(properties),
    StartedAt: new Date().toISOString(),
  });
}

type Event = Pick<CdkCustomResourceIsCompleteEvent, 'RequestType' | 'ResourceProperties'> & {
  StartedAt?: string;
};

/**
 * What Lambda calls again and again until it says that it is complete; with more arguments than these, of which runtimes
 * before Node.js 24 have one more than later ones. What it throws becomes the deletion's error.
 */
export function isComplete(event: Event): Promise<CdkCustomResourceIsCompleteResponse> {
  return lookForLeftovers(event, awsClients(), Date.now());
}

export async function lookForLeftovers(
  event: Event,
  clients: Clients,
  now: number,
): Promise<CdkCustomResourceIsCompleteResponse> {
  if (event.RequestType !== 'Delete') return { IsComplete: true };
  const properties = event.ResourceProperties as unknown as GuardProperties;
  const leftovers = clusterLeftovers(
    {
      name: properties.ClusterName,
      vpcId: properties.VpcId,
      keepVolumes: properties.Volumes === 'keep',
    },
    clients,
  );
  const clock = {
    elapsed: (now - Date.parse(event.StartedAt ?? '')) / 1000,
    limit: limitSeconds(properties),
  };
  const progress =
    properties.Phase === 'wait'
      ? await waitForControllers(leftovers.ofControllers, clock)
      : await clear(leftovers.all, clock);
  process.stdout.write(`${progress.said}\n`);
  return { IsComplete: progress.complete };
}
