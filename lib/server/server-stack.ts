import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IDependable } from 'constructs';
import { names } from '../config/names';
import type { Settings } from '../config/settings';
import { contract } from '../contract';
import type { KubernetesObject } from '../manifests/kubernetes-object';
import { manifests } from '../manifests/manifests';
import { eksProfile } from '../manifests/profiles/eks';
import { kubernetesResource } from '../platform/kubernetes-resource';
import type { PlatformStack } from '../platform/platform-stack';
import { HostName } from './host-name';
import { Tokens } from './tokens/tokens';

export interface ServerStackProps extends StackProps {
  readonly settings: Settings;
  readonly platform: PlatformStack;
}

/** Nobody, in a template that no deployment accepts: see needed-to-deploy.ts. */
const NO_CLIENT = ['127.0.0.1/32'];

/** The server on the cluster: the objects of lib/manifests, each a resource, in the order they need each other. */
export class ServerStack extends Stack {
  constructor(scope: Construct, id: string, props: ServerStackProps) {
    super(scope, id, props);
    const { settings, platform } = props;
    const { cluster, network, accessLogs } = platform;
    const host = HostName.of(this, settings);
    const image = StringParameter.valueForStringParameter(this, names.imageParameter);
    const objects = manifests(
      eksProfile({
        image,
        replicas: settings.replicas,
        volumeSize: `${settings.volumeGib}Gi`,
        storageClassName: names.storageClass,
        loadBalancerCidrs: network.loadBalancerCidrs,
        clientCidrs: [
          ...(settings.clientCidrs.length === 0 ? NO_CLIENT : settings.clientCidrs),
          // The release asks the server through its front door.
          ...network.egressAddresses.map((address) => `${address}/32`),
        ],
        accessLogs: { bucket: accessLogs.bucket.bucketName, prefix: accessLogs.prefix },
        ...(host === undefined ? {} : { host: host.name, certificateArn: host.certificateArn }),
      }),
    );

    const put = (object: KubernetesObject, after: readonly IDependable[]) =>
      kubernetesResource(this, { cluster, object, after });
    const [namespace, ...rest] = inOrder(objects);
    const space = put(namespace, []);
    const settled = rest
      .filter(({ kind }) => kind !== 'Ingress' && kind !== 'StatefulSet')
      .map((object) => put(object, [space]));
    const tokens = new Tokens(this, 'Tokens', { cluster, after: [space] });
    const ingress = put(only(rest, 'Ingress'), [space, ...settled]);
    // There once the controller has made load balancer and target group. Only then does it give pods the readiness
    // gate for their target, so the pods come after it.
    const address = new eks.KubernetesObjectValue(this, 'LoadBalancerName', {
      cluster,
      objectType: 'ingress',
      objectName: contract.name,
      objectNamespace: contract.name,
      jsonPath: '.status.loadBalancer.ingress[0].hostname',
      timeout: Duration.minutes(10),
    });
    address.node.addDependency(ingress);
    const set = put(only(rest, 'StatefulSet'), [address, tokens, ...settled]);
    // `kubectl apply` does not wait (aws-cdk#18603). A disruption budget has more pods than it needs only when all are
    // ready, so the first deployment ends with the server answering, or fails. Later ones are followed by the release.
    const ready = new eks.KubernetesObjectValue(this, 'Ready', {
      cluster,
      objectType: 'poddisruptionbudget',
      objectName: contract.name,
      objectNamespace: contract.name,
      jsonPath: '.status.conditions[?(@.reason=="SufficientPods")].status',
      timeout: Duration.minutes(14),
    });
    ready.node.addDependency(set);

    host?.pointAt(address.value);
    new CfnOutput(this, 'Url', {
      description: 'Where the server answers',
      value:
        host === undefined
          ? `http://${address.value}${contract.paths.items}`
          : `https://${host.name}${contract.paths.items}`,
    });
    new CfnOutput(this, 'Image', {
      description: `Image that is applied; ${names.imageParameter} said so when it was`,
      value: image,
    });
    new CfnOutput(this, 'GetToken', {
      description: 'Prints a token that the server accepts',
      value: tokens.getTokenCommand,
    });
    new CfnOutput(this, 'RotateToken', {
      description: 'Makes a new token; the one before it stays accepted until the next',
      value: tokens.rotateTokenCommand,
    });
  }
}

/** The namespace first, then all others. */
function inOrder(objects: readonly KubernetesObject[]): [KubernetesObject, ...KubernetesObject[]] {
  return [only(objects, 'Namespace'), ...objects.filter(({ kind }) => kind !== 'Namespace')];
}

function only(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  const [one, second] = objects.filter((object) => object.kind === kind);
  if (one === undefined || second !== undefined)
    throw new Error(`not exactly one ${kind} among the manifests`);
  return one;
}
