import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { KubectlV36Layer } from '@aws-cdk/lambda-layer-kubectl-v36';
import { contract } from '../../../lib/contract';
import { Tokens } from '../../../lib/server/tokens/tokens';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

function synthesize() {
  const stack = new Stack(new App(), 'berth-server', {
    env: { account: '123456789012', region: 'eu-central-1' },
  });
  const cluster = new eks.Cluster(stack, 'Cluster', {
    clusterName: 'berth',
    version: eks.KubernetesVersion.of('1.36'),
    defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
    defaultCapacity: 0,
    kubectlProviderOptions: { kubectlLayer: new KubectlV36Layer(stack, 'Layer') },
  }) as eks.ICluster;
  const namespace = new CfnResource(stack, 'Namespace', { type: 'AWS::CloudFormation::WaitConditionHandle' });
  const tokens = new Tokens(stack, 'Tokens', { cluster, after: [namespace] });
  return { tokens, stack, template: Template.fromStack(stack) };
}

const { tokens, stack, template } = synthesize();
const resources = (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
const idsOf = (type: string) => Object.keys(resources).filter((id) => resources[id]?.Type === type);
const manifests = idsOf('Custom::AWSCDK-EKS-KubernetesResource').map((id) => objectOf(id));

interface ManifestObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Record<string, unknown>;
}

/** The one value in it that is only known when it is deployed is the secret's ARN. */
function objectOf(id: string): ManifestObject {
  const [object] = JSON.parse(text(resources[id]?.Properties['Manifest'])) as [ManifestObject];
  return object;
}

/** A property as text, with `<LogicalId>` for what another resource gives. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const [separator, parts] = (value as { 'Fn::Join': [string, (string | { Ref: string })[]] })['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join(separator);
}

const external = (name: string) => {
  const found = manifests.find(({ kind, metadata }) => kind === 'ExternalSecret' && metadata.name === name);
  if (!found) throw new Error(`no ExternalSecret ${name}`);
  return found;
};

function needs(id: string): Set<string> {
  const seen = new Set<string>();
  const visit = (one: string) => {
    const all = JSON.stringify(resources[one]);
    for (const other of Object.keys(resources)) {
      if (other === one || seen.has(other) || !all.includes(`"${other}"`)) continue;
      seen.add(other);
      visit(other);
    }
  };
  visit(id);
  return seen;
}

describe('the values', () => {
  test('are generated under ids and by rules that stay: any other would be another value', () => {
    expect(
      idsOf('AWS::SecretsManager::Secret').map((id) => [
        id,
        resources[id]?.Properties['GenerateSecretString'],
      ]),
    ).toEqual([
      ['Tokens7424441C', { PasswordLength: 64, ExcludePunctuation: true }],
      ['TokensPeersFD3B71E7', { PasswordLength: 64, ExcludePunctuation: true }],
    ]);
  });

  test('are long enough for the server to take them as a secret of members', () => {
    const source = readFileSync(join(__dirname, '..', '..', '..', 'server', 'peertls', 'secret.go'), 'utf8');
    expect(64).toBeGreaterThan(Number(/ShortestSecret = (\d+)/.exec(source)?.[1]));
  });

  test('are in no template, no log and no output', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('resolve:secretsmanager');
  });
});

describe('the Secrets in the cluster', () => {
  test.each([
    ['tokens', contract.tokens],
    ['the secret of members', contract.peerSecret],
  ])('%s is where the pods look for it, from its own value in Secrets Manager', (_what, { secret, key }) => {
    const object = external(secret);
    const [entry] = object.spec['data'] as { secretKey: string; remoteRef: { key: string } }[];
    expect([object.metadata.namespace, (object.spec['target'] as { name: string }).name]).toEqual([
      contract.name,
      secret,
    ]);
    expect(entry?.secretKey).toBe(key);
    const id = entry?.remoteRef.key.slice(1, -1) ?? '';
    expect(resources[id]?.Type).toBe('AWS::SecretsManager::Secret');
  });

  test('come from two different values', () => {
    const keys = [contract.tokens, contract.peerSecret].map(({ secret }) =>
      JSON.stringify(external(secret).spec['data']),
    );
    expect(new Set(keys.map((key) => /<\w+>/.exec(key)?.[0])).size).toBe(2);
  });

  test('tokens follow a rotation within a minute; what members trust each other by does not', () => {
    expect(external(contract.tokens.secret).spec).toMatchObject({
      ...{ refreshPolicy: 'Periodic', refreshInterval: '1m' },
      target: { deletionPolicy: 'Retain' },
    });
    expect(external(contract.peerSecret.secret).spec).toMatchObject({
      refreshPolicy: 'CreatedOnce',
      target: { creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
    });
  });

  test('are waited for, each after operator, permissions and namespace', () => {
    const waits = idsOf('Custom::AWSCDK-EKS-KubernetesObjectValue');
    expect(waits.map((id) => resources[id]?.Properties['ObjectName'])).toEqual([
      contract.tokens.secret,
      contract.peerSecret.secret,
    ]);
    for (const id of waits) {
      const types = [...needs(id)].map((one) => resources[one]?.Type);
      for (const type of [
        'Custom::AWSCDK-EKS-HelmChart',
        'AWS::EKS::PodIdentityAssociation',
        'AWS::IAM::Policy',
        'AWS::SecretsManager::Secret',
      ]) {
        expect(types).toContain(type);
      }
      expect(needs(id)).toContain('Namespace');
    }
  });
});

describe('the operator', () => {
  test('reads these two values and nothing else', () => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.startsWith('TokensOperator'),
    );
    expect(
      policies.map(
        ([, { Properties }]) =>
          (Properties as { PolicyDocument: { Statement: unknown } }).PolicyDocument.Statement,
      ),
    ).toEqual([
      [
        {
          Effect: 'Allow',
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Resource: idsOf('AWS::SecretsManager::Secret').map((Ref) => ({ Ref })),
        },
      ],
    ]);
  });

  test('writes Secrets in the namespace of the server alone', () => {
    const [chart = ''] = idsOf('Custom::AWSCDK-EKS-HelmChart');
    const values = JSON.parse(text(resources[chart]?.Properties['Values'])) as Record<string, unknown>;
    expect(values).toMatchObject({
      ...{ scopedNamespace: contract.name, scopedRBAC: true },
      ...{ processClusterStore: false, processClusterExternalSecret: false },
    });
  });
});

describe('the commands', () => {
  test('name the value of the tokens', () => {
    const [id] = idsOf('AWS::SecretsManager::Secret');
    const command = text(stack.resolve(tokens.getTokenCommand));
    expect(command).toBe(
      `aws secretsmanager get-secret-value --region eu-central-1 --secret-id <${id ?? ''}> ` +
        '--query SecretString --output text | head -n 1',
    );
  });

  test('to rotate keeps the token that clients hold, after the new one', () => {
    const command = text(stack.resolve(tokens.rotateTokenCommand));
    expect(command).toMatch(
      /--secret-string "\$\(openssl rand -hex 32; aws secretsmanager get-secret-value .* \| head -n 1\)"$/,
    );
  });
});
