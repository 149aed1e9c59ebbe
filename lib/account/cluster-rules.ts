import { type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { CfnCluster, CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import { NagMessageLevel, NagPack, NagRuleCompliance } from 'cdk-nag';

/** The five logs of a control plane: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

interface Rule {
  readonly id: string;
  readonly info: string;
  readonly explanation: string;
  /** CloudFormation type it speaks of. */
  readonly type: string;
  /** Whether the resource keeps to it, by its properties as they will stand in the template. */
  readonly holds: (properties: Properties) => boolean;
}

/** The parts that are read, as CloudFormation spells them in the L1 classes. */
interface Properties {
  readonly accessConfig?: { readonly authenticationMode?: unknown };
  readonly encryptionConfig?: readonly {
    readonly resources?: readonly string[];
    readonly provider?: unknown;
  }[];
  readonly launchTemplate?: unknown;
  readonly launchTemplateData?: {
    readonly metadataOptions?: { readonly httpTokens?: unknown; readonly httpPutResponseHopLimit?: unknown };
    readonly blockDeviceMappings?: readonly { readonly ebs?: { readonly encrypted?: unknown } }[];
  };
  readonly logging?: {
    readonly clusterLogging?: { readonly enabledTypes?: readonly { readonly type: string }[] };
  };
  readonly resourcesVpcConfig?: {
    readonly endpointPublicAccess?: unknown;
    readonly publicAccessCidrs?: readonly string[];
  };
}

const CLUSTER = CfnCluster.CFN_RESOURCE_TYPE_NAME;

/** What cdk-nag's own rules do not see: they look at EKS through the older module's custom resource. */
export const clusterRules: readonly Rule[] = [
  {
    id: 'EndpointNamesItsClients',
    info: 'The public endpoint of the Kubernetes API is closed, or open to named CIDR blocks.',
    explanation: 'Without blocks EKS opens it to 0.0.0.0/0.',
    type: CLUSTER,
    holds: ({ resourcesVpcConfig: vpc }) =>
      vpc?.endpointPublicAccess === false ||
      (vpc?.publicAccessCidrs !== undefined &&
        vpc.publicAccessCidrs.length > 0 &&
        vpc.publicAccessCidrs.every((block) => !block.endsWith('/0'))),
  },
  {
    id: 'AllLogs',
    info: 'The control plane writes all five of its logs.',
    explanation: 'What was not written cannot be read after an incident.',
    type: CLUSTER,
    holds: ({ logging }) => {
      const on = logging?.clusterLogging?.enabledTypes?.map(({ type }) => type) ?? [];
      return LOG_TYPES.every((type) => on.includes(type));
    },
  },
  {
    id: 'SecretsEncrypted',
    info: 'Kubernetes Secrets are encrypted with a KMS key of this account.',
    explanation: 'Who may read them is then also a question of the key’s policy, and logged.',
    type: CLUSTER,
    holds: ({ encryptionConfig }) =>
      encryptionConfig?.some(
        ({ resources, provider }) => resources?.includes('secrets') && provider !== undefined,
      ) ?? false,
  },
  {
    id: 'AccessEntriesOnly',
    info: 'Access to the cluster is by access entries alone.',
    explanation: 'The aws-auth ConfigMap can be changed from inside, past IAM and its logs.',
    type: CLUSTER,
    holds: ({ accessConfig }) => accessConfig?.authenticationMode === 'API',
  },
  {
    id: 'LaunchTemplate',
    info: 'Nodes come from a launch template.',
    explanation: 'Without one EKS decides on the metadata service and on the encryption of disks.',
    type: CfnNodegroup.CFN_RESOURCE_TYPE_NAME,
    holds: ({ launchTemplate }) => launchTemplate !== undefined,
  },
  {
    id: 'MetadataOneHop',
    info: 'The metadata service of a node wants a token (IMDSv2) and answers the node alone (hop limit 1).',
    explanation: 'A pod that reaches it has the role of the node.',
    type: CfnLaunchTemplate.CFN_RESOURCE_TYPE_NAME,
    holds: ({ launchTemplateData: data }) =>
      data?.metadataOptions?.httpTokens === 'required' && data.metadataOptions.httpPutResponseHopLimit === 1,
  },
  {
    id: 'DisksEncrypted',
    info: 'Disks of nodes are encrypted.',
    explanation: 'Images, logs and emptyDir volumes of pods are on them.',
    type: CfnLaunchTemplate.CFN_RESOURCE_TYPE_NAME,
    holds: ({ launchTemplateData: data }) =>
      data?.blockDeviceMappings?.every(({ ebs }) => ebs?.encrypted === true) ?? false,
  },
];

/** The rules above as a pack of cdk-nag; ids are `Berth-<id>`. */
export class ClusterChecks extends NagPack {
  override readonly name = 'Berth';
  protected override packName = 'Berth';

  protected override checkResource(node: CfnResource): void {
    for (const { id, info, explanation, type, holds } of clusterRules) {
      if (node.cfnResourceType !== type) continue;
      const properties = read(node);
      this.applyRule({
        ruleSuffixOverride: id,
        info,
        explanation,
        level: NagMessageLevel.ERROR,
        node,
        rule: () => (holds(properties) ? NagRuleCompliance.COMPLIANT : NagRuleCompliance.NON_COMPLIANT),
      });
    }
  }
}

const READ = [
  'accessConfig',
  'encryptionConfig',
  'launchTemplate',
  'launchTemplateData',
  'logging',
  'resourcesVpcConfig',
] as const satisfies readonly (keyof Properties)[];

/** Resolved, so that lazy values are seen as they will stand in the template. */
function read(node: CfnResource): Properties {
  const raw = node as unknown as Readonly<Record<string, unknown>>;
  return Stack.of(node).resolve(Object.fromEntries(READ.map((name) => [name, raw[name]]))) as Properties;
}
