import { Match, type Template } from 'aws-cdk-lib/assertions';
import { DependencyGraph } from '../account/dependency-graph';
import { deployable, objectOf, resourcesOf, templateOf, type Resource } from '../account/templates';

const platform = (context: Record<string, unknown> = {}): Template =>
  templateOf('platform', { ...deployable, ...context });

const ofType = (template: Template, type: string): Resource[] =>
  Object.values(resourcesOf(template)).filter(({ Type }) => Type === type);

describe('the network', () => {
  test.each([
    ['two', 'eu-central-1a,eu-central-1b', 2],
    ['three', 'eu-central-1a,eu-central-1b,eu-central-1c', 3],
  ])('spans %s zones, with a node group of its own in each', (_, availabilityZones, count) => {
    const template = platform({ availabilityZones });
    const zones = availabilityZones.split(',');
    const subnets = ofType(template, 'AWS::EC2::Subnet');
    expect(subnets.map(({ Properties }) => Properties['AvailabilityZone'])).toEqual([...zones, ...zones]);
    const groups = ofType(template, 'AWS::EKS::Nodegroup');
    expect(groups).toHaveLength(count);
    // Each in one private subnet, no two in the same.
    const places = groups.map(({ Properties }) =>
      (Properties['Subnets'] as { Ref: string }[]).map(({ Ref }) => Ref),
    );
    expect(places.every((place) => place.length === 1)).toBe(true);
    expect(new Set(places.flat()).size).toBe(count);
    expect(places.flat().every((id) => id.includes('private'))).toBe(true);
  });

  test.each([
    ['one-per-zone', 3],
    ['one', 1],
  ])('with natGateways %s has %i', (natGateways, count) => {
    platform({ natGateways }).resourceCountIs('AWS::EC2::NatGateway', count);
  });

  test.each(['10.40.0.0/16', '10.0.0.0/20'])('fits into %s', (vpcCidr) => {
    expect(ofType(platform({ vpcCidr }), 'AWS::EC2::Subnet')).toHaveLength(6);
  });

  test('logs its flows and gives no instance a public address', () => {
    const template = platform();
    template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'ALL' });
    for (const { Properties } of ofType(template, 'AWS::EC2::Subnet')) {
      expect(Properties['MapPublicIpOnLaunch']).toBe(false);
    }
  });

  test('asks the account nothing: no template has a lookup’s placeholder', () => {
    expect(JSON.stringify(platform().toJSON())).not.toMatch(/dummy|Fn::GetAZs/);
  });
});

describe('the control plane', () => {
  test('can be reached from the VPC alone unless blocks are named, and then from those', () => {
    const endpoint = (expected: object) => ({ ResourcesVpcConfig: Match.objectLike(expected) });
    platform().hasResourceProperties(
      'AWS::EKS::Cluster',
      endpoint({ EndpointPrivateAccess: true, EndpointPublicAccess: false }),
    );
    platform({ endpointCidrs: '203.0.113.0/24' }).hasResourceProperties(
      'AWS::EKS::Cluster',
      endpoint({
        EndpointPrivateAccess: true,
        EndpointPublicAccess: true,
        PublicAccessCidrs: ['203.0.113.0/24'],
      }),
    );
  });

  test('makes nobody an administrator but those in the settings and what applies manifests', () => {
    const arns = ['arn:aws:iam::123456789012:role/admin', 'arn:aws:iam::123456789012:user/eve'];
    const template = platform({ administrators: arns.join(',') });
    template.hasResourceProperties('AWS::EKS::Cluster', {
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
    });
    const principals = ofType(template, 'AWS::EKS::AccessEntry').map(
      ({ Properties }) => Properties['PrincipalArn'],
    );
    expect(principals).toHaveLength(3);
    expect(principals).toEqual(expect.arrayContaining(arns));
  });

  test('keeps each administrator’s entry when the list is reordered', () => {
    const ids = (administrators: string) =>
      new DependencyGraph(platform({ administrators })).ofType('AWS::EKS::AccessEntry').sort();
    const [one, two] = ['arn:aws:iam::123456789012:role/one', 'arn:aws:iam::123456789012:role/two'];
    expect(ids(`${one},${two}`)).toEqual(ids(`${two},${one}`));
  });

  test('never slips into extended support, and is guarded against deletion if so set', () => {
    platform().hasResourceProperties('AWS::EKS::Cluster', {
      UpgradePolicy: { SupportType: 'STANDARD' },
      DeletionProtection: false,
    });
    platform({ deletionProtection: 'on' }).hasResourceProperties('AWS::EKS::Cluster', {
      DeletionProtection: true,
    });
  });

  test('comes after the log group it writes to, which would otherwise be made without an end', () => {
    const graph = new DependencyGraph(platform());
    const [cluster = ''] = graph.ofType('AWS::EKS::Cluster');
    const before = [...graph.before(cluster)].map((id) => graph.resources[id]?.Properties['LogGroupName']);
    expect(before).toContain('/aws/eks/berth/cluster');
  });
});

describe('the nodes', () => {
  test.each([
    ['arm64', 'AL2023_ARM_64_STANDARD', ['m7g.large', 'm6g.large']],
    ['x86_64', 'AL2023_x86_64_STANDARD', ['m7i.large', 'm6i.large']],
  ])('are %s in image and instance types alike', (architecture, AmiType, InstanceTypes) => {
    for (const { Properties } of ofType(platform({ architecture }), 'AWS::EKS::Nodegroup')) {
      expect(Properties).toMatchObject({ AmiType, InstanceTypes });
    }
  });

  test.each(['1.34', '1.35', '1.36'])(
    'follow the cluster to Kubernetes %s, as do the add-ons',
    (kubernetesVersion) => {
      const template = platform({ kubernetesVersion });
      for (const type of ['AWS::EKS::Cluster', 'AWS::EKS::Nodegroup']) {
        for (const { Properties } of ofType(template, type))
          expect(Properties['Version']).toBe(kubernetesVersion);
      }
      const proxy = ofType(template, 'AWS::EKS::Addon').find(
        ({ Properties }) => Properties['AddonName'] === 'kube-proxy',
      );
      expect(proxy?.Properties['AddonVersion']).toMatch(`v${kubernetesVersion}.`);
    },
  );

  test('are replaced one at a time and one zone after another, stopping where a disruption budget says no', () => {
    const graph = new DependencyGraph(platform());
    const groups = graph.ofType('AWS::EKS::Nodegroup');
    for (const [index, id] of groups.entries()) {
      expect(graph.resources[id]?.Properties).toMatchObject({
        ForceUpdateEnabled: false,
        UpdateConfig: { MaxUnavailable: 1 },
      });
      expect(groups.filter((other) => graph.before(id).has(other))).toEqual(groups.slice(0, index));
    }
  });
});

describe('the add-ons', () => {
  const addonsOf = (graph: DependencyGraph) =>
    new Map(
      graph
        .ofType('AWS::EKS::Addon')
        .map((id) => [graph.resources[id]?.Properties['AddonName'] as string, id]),
    );

  test('are all there, each at a version of its own and gone with the cluster', () => {
    const addons = ofType(platform(), 'AWS::EKS::Addon').map(({ Properties }) => Properties);
    expect(addons.map(({ AddonName }) => AddonName).sort()).toEqual([
      'aws-ebs-csi-driver',
      'coredns',
      'eks-pod-identity-agent',
      'kube-proxy',
      'metrics-server',
      'vpc-cni',
    ]);
    for (const addon of addons) {
      expect(addon).toMatchObject({
        AddonVersion: expect.stringMatching(/^v\d/) as string,
        PreserveOnDelete: false,
      });
    }
  });

  test('that a node needs to become ready come before the nodes, the others after them', () => {
    const graph = new DependencyGraph(platform());
    const addons = addonsOf(graph);
    const groups = graph.ofType('AWS::EKS::Nodegroup');
    for (const name of ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']) {
      for (const group of groups) expect(graph.before(group)).toContain(addons.get(name));
    }
    for (const name of ['coredns', 'metrics-server', 'aws-ebs-csi-driver']) {
      for (const group of groups) expect(graph.before(addons.get(name) ?? '')).toContain(group);
    }
    expect(graph.before(addons.get('aws-ebs-csi-driver') ?? '')).toContain(
      addons.get('eks-pod-identity-agent'),
    );
  });

  test('enforce NetworkPolicies', () => {
    platform().hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'vpc-cni',
      ConfigurationValues: '{"enableNetworkPolicy":"true"}',
      PodIdentityAssociations: [Match.objectLike({ ServiceAccount: 'aws-node' })],
    });
  });
});

describe('what is put into the cluster', () => {
  const custom = (graph: DependencyGraph) =>
    Object.keys(graph.resources).filter((id) => graph.resources[id]?.Type.startsWith('Custom::AWSCDK-EKS-'));

  test('comes after the right to do so, and after the way out of its subnets', () => {
    const graph = new DependencyGraph(platform());
    const [barrier = ''] = graph.ofType('AWS::SSM::Parameter');
    const needed = [
      ...graph.ofType('AWS::EKS::Cluster'),
      barrier,
      ...graph.ofType('AWS::EC2::Route'),
      ...graph.ofType('AWS::EC2::NatGateway'),
      ...Object.keys(graph.resources).filter((id) => /KubectlProviderHandlerServiceRole/.test(id)),
    ];
    expect(custom(graph)).not.toHaveLength(0);
    for (const id of custom(graph)) expect([...graph.before(id)]).toEqual(expect.arrayContaining(needed));
    // The Lambda's entry, not an administrator's.
    const entries = graph.ofType('AWS::EKS::AccessEntry').filter((id) => /ClusterAdminRoleAccess/.test(id));
    expect(entries).toHaveLength(1);
    for (const id of custom(graph)) expect(graph.before(id)).toContain(entries[0]);
  });

  test('the load balancer controller comes after nodes, add-ons, its identity and its permissions', () => {
    const graph = new DependencyGraph(platform());
    const chart = graph
      .ofType('Custom::AWSCDK-EKS-HelmChart')
      .find((id) => graph.resources[id]?.Properties['Chart'] === 'aws-load-balancer-controller');
    const needed = [
      ...graph.ofType('AWS::EKS::Nodegroup'),
      ...graph.ofType('AWS::EKS::Addon'),
      ...graph.ofType('AWS::EKS::PodIdentityAssociation'),
      ...Object.keys(graph.resources).filter((id) => id.startsWith('LoadBalancerControllerRole')),
    ];
    expect([...graph.before(chart ?? '')]).toEqual(expect.arrayContaining(needed));
    expect(graph.resources[chart ?? '']?.Properties).toMatchObject({
      Wait: true,
      Atomic: true,
      Timeout: '600s',
    });
  });

  test('the storage class makes encrypted gp3 volumes that outlive their claims, where their pods are, tagged for the bill and the teardown', () => {
    expect(objectOf(platform(), 'StorageClass', 'berth-gp3')).toMatchObject({
      provisioner: 'ebs.csi.aws.com',
      parameters: {
        type: 'gp3',
        encrypted: 'true',
        tagSpecification_1: 'project=berth',
        tagSpecification_2: 'berth/cluster=berth',
      },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    });
  });
});

describe('the load balancer controller’s permissions', () => {
  interface Statement {
    readonly Sid: string;
    readonly Action: string | string[];
    readonly Resource: unknown;
    readonly Condition?: Record<string, Record<string, unknown>>;
  }
  const statements = () => {
    const policies = Object.entries(resourcesOf(platform())).filter(
      ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('LoadBalancerController'),
    );
    return policies.flatMap(
      ([, { Properties }]) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement,
    );
  };

  test('name every action: none has a star', () => {
    expect(
      statements()
        .flatMap(({ Action }) => Action)
        .filter((action) => action.includes('*')),
    ).toEqual([]);
  });

  test('on everything are only to look', () => {
    const everywhere = statements().filter(({ Resource }) => JSON.stringify(Resource) === '"*"');
    expect(everywhere.flatMap(({ Action }) => Action).every((action) => /^\w+:Describe/.test(action))).toBe(
      true,
    );
  });

  test('change nothing without a condition, but make security groups in its VPC', () => {
    const free = statements().filter(
      ({ Condition, Resource }) => !Condition && JSON.stringify(Resource) !== '"*"',
    );
    expect(free.map(({ Sid }) => Sid)).toEqual(['MakeSecurityGroupInVpc']);
  });
});

describe('a platform that is destroyed', () => {
  test('leaves nothing behind: no resource is retained', () => {
    const kept = Object.entries(resourcesOf(platform())).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete',
    );
    expect(kept.map(([id]) => id)).toEqual([]);
  });

  test('waits for the controllers while they and the nodes still run, and clears up between nodes and cluster', () => {
    const graph = new DependencyGraph(platform());
    const [wait = ''] = graph.ofType('Custom::WaitForControllers');
    const [clear = ''] = graph.ofType('Custom::ClearLeftovers');
    const running = [
      ...graph.ofType('Custom::AWSCDK-EKS-HelmChart'),
      ...graph.ofType('AWS::EKS::Addon'),
      ...graph.ofType('AWS::EKS::Nodegroup'),
    ];
    expect([...graph.before(wait)]).toEqual(expect.arrayContaining(running));
    for (const nodes of graph.ofType('AWS::EKS::Nodegroup')) expect(graph.before(nodes)).toContain(clear);
    const [cluster = ''] = graph.ofType('AWS::EKS::Cluster');
    expect(graph.before(clear)).toContain(cluster);
  });

  test.each([
    ['keep', 'keep', true],
    ['delete', 'delete', false],
  ])(
    'with dataOnDestroy %s has volumes treated so, and says how to remove what is kept',
    (dataOnDestroy, Volumes, kept) => {
      const template = platform({ dataOnDestroy });
      template.hasResourceProperties('Custom::ClearLeftovers', { Volumes });
      const outputs = JSON.stringify(template.toJSON()['Outputs']);
      expect(outputs.includes('aws ec2 delete-volume')).toBe(kept);
    },
  );

  test('empties its image repository and its bucket of logs', () => {
    const template = platform();
    template.hasResourceProperties('AWS::ECR::Repository', { EmptyOnDelete: true });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });
});

test('the image repository never changes a tag, scans what is pushed and keeps what was released', () => {
  const [repository] = ofType(platform(), 'AWS::ECR::Repository');
  expect(repository?.Properties).toMatchObject({
    ImageTagMutability: 'IMMUTABLE',
    ImageScanningConfiguration: { ScanOnPush: true },
  });
  const { LifecyclePolicyText: text } = repository?.Properties['LifecyclePolicy'] as {
    LifecyclePolicyText: string;
  };
  const { rules } = JSON.parse(text) as {
    rules: { rulePriority: number; selection: Record<string, unknown> }[];
  };
  // The rule of highest priority decides alone over the images it speaks of.
  const [first] = rules.sort((one, other) => one.rulePriority - other.rulePriority);
  expect(first?.selection).toMatchObject({
    tagPrefixList: ['release-'],
    countType: 'imageCountMoreThan',
    countNumber: 1000,
  });
});
