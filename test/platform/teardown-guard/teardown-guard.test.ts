import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { TeardownGuard, type TeardownGuardProps } from '../../../lib/platform/teardown-guard/teardown-guard';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

/** Synthesizing takes most of a test's time, and no test changes what it got. */
const made = new Map<string, Template>();
function platform(given: Partial<TeardownGuardProps> = {}): Template {
  const key = JSON.stringify(given);
  const template = made.get(key) ?? synthesize(given);
  made.set(key, template);
  return template;
}

/** A stack with everything the guard stands between, each as a resource that does nothing. */
function synthesize(given: Partial<TeardownGuardProps>) {
  const stack = new Stack(new App(), 'platform');
  const [cluster, nodes, controller] = ['Cluster', 'Nodes', 'Controller'].map(
    (id) => new CfnResource(stack, id, { type: 'AWS::CloudFormation::WaitConditionHandle' }),
  ) as [CfnResource, CfnResource, CfnResource];
  nodes.addResourceDependency(cluster);
  controller.addResourceDependency(nodes);
  const guard = new TeardownGuard(stack, 'TeardownGuard', {
    ...{ clusterName: 'berth', vpcId: 'vpc-1', cluster, volumes: 'delete' },
    ...given,
  });
  guard.waitsFor(controller);
  guard.clearsAfter(nodes, controller);
  return Template.fromStack(stack);
}

function resources(template: Template): Record<string, Resource> {
  return (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
}

/** Everything that is deleted only after `id`: what it refers to or depends on, and what those do. */
function deletedAfter(template: Template, id: string): Set<string> {
  const all = resources(template);
  const seen = new Set<string>();
  const visit = (one: string) => {
    const text = JSON.stringify(all[one] ?? {});
    for (const other of Object.keys(all)) {
      if (other === one || seen.has(other) || !text.includes(`"${other}"`)) continue;
      seen.add(other);
      visit(other);
    }
  };
  visit(id);
  return seen;
}

function idOf(template: Template, type: string): string {
  return Object.keys(template.findResources(type))[0] ?? '';
}

/** What the role of one Lambda may do, a line a statement. */
function allowed(template: Template): string[] {
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith('TeardownGuardLook'),
  );
  const { PolicyDocument } = policy?.[1]?.['Properties'] as {
    PolicyDocument: {
      Statement: { Effect: string; Action: string | string[]; Resource: unknown; Condition?: object }[];
    };
  };
  return PolicyDocument.Statement.flatMap(({ Effect, Action, Resource, Condition }) => {
    const where = [Resource].flat().map((one) => /[\w-]+\/\*|\*/.exec(JSON.stringify(one))?.[0] ?? 'own log');
    const tags = Object.entries((Condition as { StringEquals?: object } | undefined)?.StringEquals ?? {}).map(
      ([key, value]) => `${key.replace('aws:ResourceTag/', '')}=${String(value)}`,
    );
    return [Action].flat().map((one) => `${Effect} ${one} ${where.join(',')} ${tags.join(' ')}`.trim());
  });
}

describe('the order of deletion', () => {
  const template = platform();
  const wait = idOf(template, 'Custom::WaitForControllers');
  const clear = idOf(template, 'Custom::ClearLeftovers');

  test('waiting ends before a controller, the nodes or the cluster go', () => {
    const after = deletedAfter(template, wait);
    for (const id of ['Controller', 'Nodes', 'Cluster', clear]) expect(after).toContain(id);
  });

  test('clearing begins when controllers and nodes are gone, and ends before the cluster goes', () => {
    expect(deletedAfter(template, 'Nodes')).toContain(clear);
    expect(deletedAfter(template, 'Controller')).toContain(clear);
    expect(deletedAfter(template, clear)).toContain('Cluster');
    expect(deletedAfter(template, clear)).not.toContain('Nodes');
  });

  test('what the guard itself runs with goes last: functions, permissions, log', () => {
    const after = deletedAfter(template, clear);
    const own = Object.keys(resources(template)).filter(
      (id) => id.startsWith('TeardownGuard') && ![wait, clear].includes(id),
    );
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter((id) => !after.has(id))).toEqual([]);
  });
});

describe('what the guard may do', () => {
  test('is to look, and to remove what carries the tags of this cluster', () => {
    const elb = 'loadbalancer/*,targetgroup/* elbv2.k8s.aws/cluster=berth';
    expect(allowed(platform())).toEqual([
      'Allow logs:CreateLogStream own log',
      'Allow logs:PutLogEvents own log',
      'Allow elasticloadbalancing:DescribeLoadBalancers *',
      'Allow elasticloadbalancing:DescribeTargetGroups *',
      'Allow elasticloadbalancing:DescribeTags *',
      'Allow ec2:DescribeSecurityGroups *',
      'Allow ec2:DescribeNetworkInterfaces *',
      'Allow ec2:DescribeVolumes *',
      `Allow elasticloadbalancing:DeleteLoadBalancer ${elb}`,
      `Allow elasticloadbalancing:DeleteTargetGroup ${elb}`,
      'Allow ec2:DeleteSecurityGroup security-group/* elbv2.k8s.aws/cluster=berth',
      'Allow ec2:RevokeSecurityGroupIngress security-group/* elbv2.k8s.aws/cluster=berth',
      'Allow ec2:RevokeSecurityGroupIngress security-group/* kubernetes.io/cluster/berth=owned',
      'Allow ec2:DeleteNetworkInterface network-interface/* cluster.k8s.amazonaws.com/name=berth',
      'Allow ec2:DeleteVolume volume/* kubernetes.io/cluster/berth=owned ebs.csi.aws.com/cluster=true',
      'Allow ec2:DeleteVolume volume/* berth/cluster=berth ebs.csi.aws.com/cluster=true',
    ]);
  });

  test('is not to delete volumes when they are to be kept', () => {
    expect(allowed(platform({ volumes: 'keep' })).join('\n')).not.toContain('DeleteVolume');
  });
});

describe('the guard', () => {
  test('writes to one log that goes with the stack', () => {
    const template = platform();
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    const log = idOf(template, 'AWS::Logs::LogGroup');
    template.allResourcesProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: log } } });
  });

  test('can be called by no one outside the account', () => {
    const template = platform();
    template.resourceCountIs('AWS::Lambda::Permission', 0);
    template.resourceCountIs('AWS::Lambda::Url', 0);
  });

  test('gives up before the framework does, whose error would name nothing', () => {
    const template = platform();
    const machine = JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine'));
    const [, interval, attempts] = /IntervalSeconds\D+(\d+)\D+MaxAttempts\D+(\d+)/.exec(machine) ?? [];
    const clear = template.findResources('Custom::ClearLeftovers')[idOf(template, 'Custom::ClearLeftovers')];
    const { LimitSeconds } = (clear as { Properties: { LimitSeconds: string } }).Properties;
    expect(Number(interval) * Number(attempts)).toBeGreaterThan(Number(LimitSeconds) + 300);
  });

  test('says how to list and remove volumes that are kept, and nothing of it when they are not', () => {
    platform({ volumes: 'keep' }).hasOutput('*', {
      Value: Match.stringLikeRegexp('aws ec2 delete-volume --volume-id') as unknown,
    });
    expect(platform().findOutputs('*')).toEqual({});
  });

  test('refuses a cluster whose name is not known yet, as tag names contain it', () => {
    const stack = new Stack(new App(), 'other');
    const cluster = new CfnResource(stack, 'Cluster', { type: 'AWS::EKS::Cluster' });
    expect(() => platform({ clusterName: cluster.ref })).toThrow('allowed: a name given to the cluster');
  });
});
