import { join } from 'node:path';
import { CfnOutput, CustomResource, Duration, Token } from 'aws-cdk-lib';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { frameworkRole, ownedLogGroup, TypescriptFunction } from '../../lambda/typescript-function';
import { permissions } from './permissions';
import type { GuardProperties } from './properties';
import { volumeTag } from './tags';

/** For as long as a load balancer and a volume need to go, several times over. */
const CONTROLLERS_LIMIT = Duration.minutes(10);
/** Network interfaces of a deleted load balancer have been seen to stay for more than ten minutes. */
const CLEAR_LIMIT = Duration.minutes(40);
/** How often the account is looked at. */
const INTERVAL = Duration.seconds(15);

export interface TeardownGuardProps {
  /** The cluster's name, not a token: it is part of tag names, and of what the guard may do. */
  readonly clusterName: string;
  readonly vpcId: string;
  /** The cluster itself (the `AWS::EKS::Cluster`, not a construct with nodes in it): it goes after all is cleared. */
  readonly cluster: IDependable;
  /** `keep` leaves the volumes of the cluster's claims, and an output says how to list and remove them. */
  readonly volumes: 'keep' | 'delete';
}

/**
 * Lets a stack with an EKS cluster be deleted without anything left behind.
 *
 * The load balancer controller, the EBS driver and the VPC CNI make things in the account that no stack knows of, and
 * that hold on to subnets and security groups. Two resources stand in the order of deletion:
 *
 * 1. `wait` goes before the controllers: it gives them time to remove what they made (see `waitsFor`);
 * 2. `clear` goes after the nodes and before the cluster: with nobody there to make them anew, it removes what is
 *    left, or fails naming each thing and the command that removes it (see `clearsAfter`).
 *
 * Creating and updating do nothing. Only what is tagged for this cluster is touched.
 */
export class TeardownGuard extends Construct {
  private readonly wait: CustomResource;
  private readonly clear: CustomResource;

  constructor(scope: Construct, id: string, props: TeardownGuardProps) {
    super(scope, id);
    if (Token.isUnresolved(props.clusterName)) {
      throw new Error(
        `clusterName of ${this.node.path} is only known when it is deployed; allowed: a name given to the cluster`,
      );
    }
    const provider = this.provider(props);
    const phase = (name: GuardProperties['Phase'], limit: Duration) =>
      new CustomResource(this, name === 'wait' ? 'Wait' : 'Clear', {
        serviceToken: provider.serviceToken,
        resourceType: name === 'wait' ? 'Custom::WaitForControllers' : 'Custom::ClearLeftovers',
        properties: {
          ClusterName: props.clusterName,
          VpcId: props.vpcId,
          Phase: name,
          Volumes: props.volumes,
          LimitSeconds: String(limit.toSeconds()),
        } satisfies GuardProperties,
      });
    this.clear = phase('clear', CLEAR_LIMIT);
    this.clear.node.addDependency(props.cluster, provider);
    this.wait = phase('wait', CONTROLLERS_LIMIT);
    this.wait.node.addDependency(this.clear);
    if (props.volumes === 'keep') this.sayWhatIsKept(props.clusterName);
  }

  /** Controllers that are to run until what they made is gone, and all they need for it: nodes, network, permissions. */
  waitsFor(...controllers: IDependable[]): void {
    this.wait.node.addDependency(...controllers);
  }

  /** What must be gone before leftovers are cleared: node groups, and controllers that would make them anew. */
  clearsAfter(...constructs: IConstruct[]): void {
    for (const construct of constructs) construct.node.addDependency(this.clear);
  }

  private provider({ clusterName, volumes }: TeardownGuardProps): Provider {
    const logGroup = ownedLogGroup(this, 'Log');
    const entry = join(__dirname, 'teardown-guard.lambda.ts');
    const begin = new TypescriptFunction(this, 'Begin', {
      entry,
      handler: 'onEvent',
      description: `Begins to wait for what the controllers of cluster ${clusterName} made`,
      logGroup,
    });
    const look = new TypescriptFunction(this, 'Look', {
      entry,
      handler: 'isComplete',
      description: `Looks for what the controllers of cluster ${clusterName} left, and removes it`,
      timeout: Duration.minutes(5),
      statements: permissions(this, clusterName, volumes),
      logGroup,
    });
    return new Provider(this, 'Provider', {
      onEventHandler: begin.function,
      isCompleteHandler: look.function,
      queryInterval: INTERVAL,
      // Later than the guard's own limits: the framework's error says only that time is up.
      totalTimeout: Duration.minutes(CLEAR_LIMIT.toMinutes() + 15),
      logGroup,
      frameworkOnEventRole: frameworkRole(this, 'BeginRole', logGroup),
      frameworkCompleteAndTimeoutRole: frameworkRole(this, 'LookRole', logGroup),
    });
  }

  private sayWhatIsKept(clusterName: string): void {
    const filters = Object.entries(volumeTag(clusterName))
      .map(([key, value]) => `"Name=tag:${key},Values=${value}"`)
      .join(' ');
    const ids = `aws ec2 describe-volumes --filters ${filters} --query 'Volumes[].VolumeId' --output text`;
    new CfnOutput(this, 'KeptVolumes', {
      description: 'Deleting this stack keeps the volumes of the cluster; this lists them',
      value: ids,
    });
    new CfnOutput(this, 'RemoveKeptVolumes', {
      description: 'Removes, for good, the volumes that were kept; to run after the stack is deleted',
      value: `for volume in $(${ids}); do aws ec2 delete-volume --volume-id "$volume"; done`,
    });
  }
}
