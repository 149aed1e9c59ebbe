import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type AddonVersions, kubernetesRelease } from '../config/kubernetes-version';
import type { Settings } from '../config/settings';
import type { Nodes } from './nodes';
import { podRole } from './pod-role';

interface AddonsProps {
  readonly settings: Settings;
  readonly cluster: eks.ICluster;
}

interface AddonOptions {
  /** As the add-on's schema has them (`aws eks describe-addon-configuration`). */
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly serviceAccount?: string;
  readonly role?: iam.IRole;
}

/** One EKS add-on at the version of the table. */
function addon(scope: Construct, props: AddonsProps, name: keyof AddonVersions, options: AddonOptions = {}) {
  const { configuration, serviceAccount, role } = options;
  return new eks.CfnAddon(scope, name, {
    clusterName: props.cluster.clusterName,
    addonName: name,
    addonVersion: kubernetesRelease(props.settings.kubernetesVersion).addons[name],
    // What someone changed by hand is put back: the template is the truth.
    resolveConflicts: 'OVERWRITE',
    preserveOnDelete: false,
    ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
    ...(serviceAccount === undefined || role === undefined
      ? {}
      : { podIdentityAssociations: [{ serviceAccount, roleArn: role.roleArn }] }),
  });
}

/** Add-ons without which a node never becomes ready; made before the nodes. */
export class NodeAddons extends Construct {
  readonly podIdentityAgent: eks.CfnAddon;

  constructor(scope: Construct, id: string, props: AddonsProps) {
    super(scope, id);
    this.podIdentityAgent = addon(this, props, 'eks-pod-identity-agent');
    addon(this, props, 'kube-proxy');
    const role = podRole(this, 'NetworkRole', 'vpc-cni: gives pods addresses of the VPC');
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKS_CNI_Policy'));
    const cni = addon(this, props, 'vpc-cni', {
      // The schema wants this one as text. Without it a NetworkPolicy is accepted and does nothing.
      configuration: { enableNetworkPolicy: 'true' },
      serviceAccount: 'aws-node',
      role,
    });
    cni.node.addDependency(this.podIdentityAgent, role);
  }
}

/** Add-ons that run as ordinary pods and so need nodes. */
export class PodAddons extends Construct {
  readonly storageDriver: eks.CfnAddon;

  constructor(
    scope: Construct,
    id: string,
    props: AddonsProps & { readonly nodes: Nodes; readonly nodeAddons: NodeAddons },
  ) {
    super(scope, id);
    const role = podRole(this, 'StorageRole', 'aws-ebs-csi-driver: makes and attaches the volumes');
    role.addManagedPolicy(
      iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEBSCSIDriverPolicy'),
    );
    this.storageDriver = addon(this, props, 'aws-ebs-csi-driver', {
      serviceAccount: 'ebs-csi-controller-sa',
      role,
    });
    this.storageDriver.node.addDependency(role);
    addon(this, props, 'coredns');
    addon(this, props, 'metrics-server');
    this.node.addDependency(props.nodes, props.nodeAddons);
  }
}
