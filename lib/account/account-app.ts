import { Annotations, type App, type Stack } from 'aws-cdk-lib';
import { supportWarning } from '../config/kubernetes-version';
import { names } from '../config/names';
import { refuseDeploymentWhileMissing } from '../config/needed-to-deploy';
import type { Settings } from '../config/settings';
import { ownLogs } from '../lambda/own-logs';
import { PipelineStack } from '../pipeline/pipeline-stack';
import { PlatformStack } from '../platform/platform-stack';
import { ImageStack } from '../server/image-stack';
import { ServerStack } from '../server/server-stack';
import { acknowledge } from './acknowledge';
import { acknowledgements } from './acknowledgements';
import { pipelineAcknowledgements } from './pipeline-acknowledgements';

/** The stacks of one account, in the order they are deployed; they are destroyed in the opposite one. */
export interface AccountStacks {
  readonly platform: PlatformStack;
  readonly image: ImageStack;
  readonly server: ServerStack;
  /** Only where a source repository is set. */
  readonly pipeline?: PipelineStack;
}

/**
 * Puts the stacks into a CDK app. Looks nothing up: the account is whichever the CLI deploys into.
 * @param today decides whether the Kubernetes version is warned of. Default now
 */
export function accountApp(app: App, settings: Settings, today = new Date()): AccountStacks {
  const common = {
    settings,
    env: { region: settings.region },
    terminationProtection: settings.deletionProtection === 'on',
    tags: { project: 'berth' },
  };
  const platform = new PlatformStack(app, names.stacks.platform, {
    ...common,
    description: 'Berth: network, EKS cluster with its add-ons, image repository',
  });
  const warning = supportWarning(settings.kubernetesVersion, today);
  if (warning !== undefined) Annotations.of(platform).addWarningV2('berth:kubernetesVersion', warning);
  const image = new ImageStack(app, names.stacks.image, {
    ...common,
    description: 'Berth: which image runs, as the parameter that releases write',
    platform,
  });
  image.addStackDependency(platform);
  const server = new ServerStack(app, names.stacks.server, {
    ...common,
    description: 'Berth: the server on the cluster, with its volumes and its load balancer',
    platform,
  });
  // References between them do not say all of it: an Ingress needs the controller, a volume its driver.
  server.addStackDependency(platform);
  server.addStackDependency(image);
  const stacks: Stack[] = [platform, image, server];
  const pipeline =
    settings.sourceRepository === undefined
      ? undefined
      : new PipelineStack(app, names.stacks.pipeline, {
          ...common,
          description: 'Berth: from a commit to the release',
          platform,
          sourceRepository: settings.sourceRepository,
        });
  if (pipeline !== undefined) {
    pipeline.addStackDependency(server);
    stacks.push(pipeline);
  }
  acknowledge(app, [...acknowledgements, ...pipelineAcknowledgements]);
  for (const stack of stacks) {
    ownLogs(stack);
    refuseDeploymentWhileMissing(stack, settings);
  }
  return { platform, image, server, ...(pipeline === undefined ? {} : { pipeline }) };
}
