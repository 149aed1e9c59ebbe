import type { Template } from 'aws-cdk-lib/assertions';
import type { KubernetesObject } from '../../lib/manifests/kubernetes-object';
import { contract } from '../../lib/contract';
import { manifests } from '../../lib/manifests/manifests';
import { eks } from '../manifests/profiles-for-test';
import { DependencyGraph } from '../account/dependency-graph';
import { at, deployable, objectOf, objectsOf, templateOf, withDomain } from '../account/templates';

const server = (context: Record<string, unknown> = {}): Template =>
  templateOf('server', { ...deployable, ...context });

const annotation = (template: Template, name: string): string | undefined =>
  objectOf(template, 'Ingress').metadata.annotations?.[`alb.ingress.kubernetes.io/${name}`];

describe('the server in an account', () => {
  test('is the objects of lib/manifests, no more and no less', () => {
    const name = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`;
    const own = [...objectsOf(server()).values()]
      .map(name)
      .filter((one) => !/ExternalSecret|SecretStore/.test(one));
    expect(own.sort()).toEqual(manifests(eks()).map(name).sort());
  });

  test('runs the image that the parameter names when it is deployed, by a reference CloudFormation resolves first', () => {
    const { Parameters } = server().toJSON() as {
      Parameters: Record<string, { Type: string; Default: string }>;
    };
    const [id] = Object.entries(Parameters).find(([, { Default }]) => Default === '/berth/image') ?? [];
    expect(Parameters[id ?? '']?.Type).toBe('AWS::SSM::Parameter::Value<String>');
    const image = at(objectOf(server(), 'StatefulSet'), 'spec.template.spec.containers.0.image');
    expect(image).toBe(`<${id ?? ''}>`);
  });

  test.each([
    [{ replicas: 5 }, 5, '8Gi'],
    [{ replicas: '1', volumeGib: '20' }, 1, '20Gi'],
  ])('follows the settings %j', (settings, replicas, size) => {
    const set = objectOf(server(settings), 'StatefulSet');
    expect(at(set, 'spec.replicas')).toBe(replicas);
    expect(at(set, 'spec.volumeClaimTemplates.0.spec')).toMatchObject({
      storageClassName: 'berth-gp3',
      resources: { requests: { storage: size } },
    });
  });

  test('admits the named clients and the addresses of its own NAT, from which releases ask', () => {
    const cidrs = annotation(server(), 'inbound-cidrs')?.split(',') ?? [];
    expect(cidrs[0]).toBe('203.0.113.0/24');
    expect(cidrs.slice(1)).toHaveLength(3);
    for (const address of cidrs.slice(1)) expect(address).toMatch(/^<.*EIP.*>\/32$/);
    expect(annotation(server({ natGateways: 'one' }), 'inbound-cidrs')?.split(',')).toHaveLength(2);
  });

  test('lets only the load balancer’s subnets reach its pods', () => {
    const policy = objectOf(server({ vpcCidr: '10.0.0.0/16' }), 'NetworkPolicy');
    expect(at(policy, 'spec.ingress.0.from')).toEqual([
      { ipBlock: { cidr: '10.0.192.0/20' } },
      { ipBlock: { cidr: '10.0.208.0/20' } },
      { ipBlock: { cidr: '10.0.224.0/20' } },
    ]);
  });

  test('speaks plain HTTP without a host name', () => {
    expect(annotation(server(), 'listen-ports')).toBe('[{"HTTP": 80}]');
    server().resourceCountIs('AWS::CertificateManager::Certificate', 0);
    server().resourceCountIs('AWS::Route53::RecordSet', 0);
  });

  test('with a host name has a certificate, redirects to HTTPS, and a record that points at the load balancer', () => {
    const template = server(withDomain);
    expect(at(objectOf(template, 'Ingress'), 'spec.rules.0.host')).toBe('api.example.com');
    expect(annotation(template, 'ssl-redirect')).toBe('443');
    expect(annotation(template, 'certificate-arn')).toMatch(/^<HostNameCertificate/);
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'api.example.com',
      ValidationMethod: 'DNS',
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'api.example.com.',
      Type: 'CNAME',
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
    });
  });

  test('says where it answers', () => {
    const url = (template: Template) =>
      JSON.stringify((template.toJSON()['Outputs'] as Record<string, unknown>)['Url']);
    expect(url(server())).toContain(contract.paths.items);
    expect(url(server(withDomain))).toContain('https://api.example.com/v1/items');
  });
});

test('tells which image it has applied: what the parameter said when it was', () => {
  const template = server();
  const [parameter] = Object.keys(
    template.findParameters('*', { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/berth/image' }),
  );
  template.hasOutput('Image', { Value: { Ref: parameter } });
});

describe('the order in which the server is made, and the opposite in which it goes', () => {
  const graph = () => new DependencyGraph(server());
  const idOf = (kind: string) => {
    const [id] = [...objectsOf(server())].find(([, object]) => object.kind === kind) ?? [];
    return id ?? '';
  };

  test('has the namespace before everything in it', () => {
    for (const [id, object] of objectsOf(server())) {
      if (object.metadata.namespace !== undefined) expect(graph().before(id)).toContain(idOf('Namespace'));
    }
  });

  test('has the load balancer before the pods, which get their readiness gate only then', () => {
    expect(graph().before(idOf('StatefulSet'))).toContain(idOf('Ingress'));
    const [address] = graph()
      .ofType('Custom::AWSCDK-EKS-KubernetesObjectValue')
      .filter((id) => graph().resources[id]?.Properties['ObjectType'] === 'ingress');
    expect(graph().before(idOf('StatefulSet'))).toContain(address);
  });

  test('ends with all pods ready: nothing needs what waits for them', () => {
    const waits = graph().ofType('Custom::AWSCDK-EKS-KubernetesObjectValue');
    const ready =
      waits.find((id) => graph().resources[id]?.Properties['ObjectType'] === 'poddisruptionbudget') ?? '';
    expect(graph().before(ready)).toContain(idOf('StatefulSet'));
    for (const id of Object.keys(graph().resources)) expect(graph().before(id)).not.toContain(ready);
  });

  test('has the platform’s stack before it and strongly referred to: the cluster cannot go first', () => {
    const text = JSON.stringify(server().toJSON());
    expect(text).toContain('Fn::ImportValue');
    expect(text).not.toContain('Fn::GetStackOutput');
  });
});
