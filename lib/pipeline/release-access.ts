import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { kubernetesResource } from '../platform/kubernetes-resource';
import { RELEASE_GROUP, releaseRole, releaseRoleBinding } from './release-rights';

export interface ReleaseAccessProps {
  readonly cluster: eks.ICluster;
  /** IAM role that releases run as. */
  readonly roleArn: string;
}

/** Lets an IAM role release: an access entry that puts it into a group, and the group's rights in one namespace. */
export class ReleaseAccess extends Construct {
  constructor(scope: Construct, id: string, { cluster, roleArn }: ReleaseAccessProps) {
    super(scope, id);
    new CfnAccessEntry(this, 'Entry', {
      clusterName: cluster.clusterName,
      principalArn: roleArn,
      kubernetesGroups: [RELEASE_GROUP],
    });
    const after = [kubernetesResource(this, { cluster, object: releaseRole })];
    kubernetesResource(this, { cluster, object: releaseRoleBinding, after });
  }
}
