import { z } from 'zod';
import { contract } from '../contract';
import { DEFAULT_KUBERNETES_VERSION } from './kubernetes-version';
import { cidr, listOf, oneOf, oneOfNumbers, text, wholeNumber } from './values';

const DNS_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/**
 * Every setting of the account's installation, as keys of cdk.json's `context` or of `-c name=value`.
 *
 * Defaults make a cluster in Frankfurt that spans three zones. What has no default and is needed to deploy, not to
 * synthesize, is in `neededToDeploy`.
 */
export const schema = z.strictObject({
  /** AWS region. */
  region: text(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'the name of an AWS region, such as eu-central-1').default(
    'eu-central-1',
  ),
  /** Two or three zones of the region; nodes and volumes stand in each. Default the first three by name. */
  availabilityZones: listOf(
    text(/^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/, 'names of availability zones, such as eu-central-1a'),
    'two or three availability zones of the region, separated by commas',
  ).optional(),
  /** Addresses of the VPC. Cannot change later without replacing everything in it. */
  vpcCidr: cidr(16, 20).default('10.40.0.0/16'),
  /** `one` is cheaper; with `one-per-zone` a zone that fails takes no other zone's way out with it. */
  natGateways: oneOf('one', 'one-per-zone').default('one-per-zone'),
  /** Minor version of EKS; one up at a time, never down. */
  kubernetesVersion: text(/^1\.\d{2}$/, 'a version as 1.MINOR').default(DEFAULT_KUBERNETES_VERSION),
  /** Of nodes, image and build alike. */
  architecture: oneOf('arm64', 'x86_64').default('arm64'),
  /** Instance types of the nodes, of one architecture; more than one gives a zone that runs short a choice. */
  instanceTypes: listOf(
    text(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'EC2 instance types, such as m7g.large'),
    'EC2 instance types separated by commas',
  ).optional(),
  /** Nodes in each zone to begin with, and the fewest. At least one: volumes live in one zone for good. */
  nodesPerZone: wholeNumber(1, 20).default(1),
  /** The most nodes in each zone. */
  maxNodesPerZone: wholeNumber(1, 50).default(3),
  /** Who may reach the public endpoint of the Kubernetes API. Empty closes it: only the VPC reaches the API. */
  endpointCidrs: listOf(cidr(8, 32), 'CIDR blocks separated by commas').default([]),
  /** ARNs of IAM roles or users that administrate the cluster. */
  administrators: listOf(
    text(
      /^arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]+$/,
      'ARNs of IAM roles or users, such as arn:aws:iam::123456789012:role/admin',
    ),
    'ARNs of IAM roles or users separated by commas',
  ).default([]),
  /** Name the server answers to, with a certificate and HTTPS. Without one: plain HTTP under the load balancer's name. */
  hostName: text(DNS_NAME, 'a DNS name in lower case, such as api.example.com').optional(),
  /** Public Route 53 zone that holds `hostName`: its name. */
  hostedZoneName: text(DNS_NAME, 'the name of a Route 53 zone, such as example.com').optional(),
  /** The same zone's id. Asked for rather than looked up, so that synthesis needs no account. */
  hostedZoneId: text(
    /^Z[A-Z0-9]{5,31}$/,
    'the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ',
  ).optional(),
  /** Who may reach the server through the load balancer; `0.0.0.0/0` admits everyone. */
  clientCidrs: listOf(cidr(0, 32), 'CIDR blocks separated by commas, 0.0.0.0/0 for everyone').default([]),
  /** Members of the store. */
  replicas: oneOfNumbers(...contract.replicas).default(3),
  /** GiB of each member's volume. Cannot shrink; growing has a recipe in the README. */
  volumeGib: wholeNumber(1, 1024, ' GiB').default(8),
  /** What `cdk destroy` does with the server's volumes. All else goes: it can be made again from the source. */
  dataOnDestroy: oneOf('keep', 'delete').default('keep'),
  /** `on` refuses to delete the stacks and the cluster until a deployment has switched it off. */
  deletionProtection: oneOf('on', 'off').default('off'),
  /** Where the pipeline takes the source from. */
  sourceProvider: oneOf('GitHub', 'GitLab', 'Bitbucket').default('GitHub'),
  /** `OWNER/NAME`. Without it there is no pipeline. */
  sourceRepository: text(/^[\w.-]+(?:\/[\w.-]+)+$/, 'OWNER/NAME').optional(),
  sourceBranch: text(/^(?![/.-])[\w./-]+$/, 'the name of a branch').default('main'),
  /** Changes to which files start the pipeline: patterns as CodePipeline has them. Default all. */
  sourcePaths: listOf(
    text(/^[^\s,]{1,255}$/, 'patterns of file paths, such as server/**'),
    'one to eight patterns of file paths separated by commas, such as server/**,Dockerfile',
  ).default(['**']),
  /** ARN of a connection that exists already. Default a new one, which someone must accept in the console. */
  sourceConnectionArn: text(
    /^arn:aws(?:-[a-z]+)*:code(?:connections|star-connections):[a-z0-9-]+:\d{12}:connection\/[\w-]+$/,
    'the ARN of a CodeConnections connection',
  ).optional(),
  /** `on` has someone agree to each release in the console before it begins. */
  releaseApproval: oneOf('on', 'off').default('off'),
  /** Who is told by mail when the pipeline fails, or waits for an approval. Each confirms once. */
  notifyEmails: listOf(
    text(/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/, 'mail addresses, such as oncall@example.com'),
    'mail addresses separated by commas',
  ).default([]),
});

type Given = z.output<typeof schema>;

/** The settings, complete: what may be left out is derived. */
export type Settings = Readonly<
  Omit<Given, 'availabilityZones' | 'instanceTypes'> & {
    availabilityZones: string[];
    instanceTypes: string[];
  }
>;

export type SettingName = keyof Given;
export const settingNames = Object.keys(schema.shape) as SettingName[];

/** Instance types when none are named, by architecture: 2 CPUs and 8 GiB, of the last two generations. */
export const DEFAULT_INSTANCE_TYPES: Readonly<Record<Settings['architecture'], readonly string[]>> = {
  arm64: ['m7g.large', 'm6g.large'],
  x86_64: ['m7i.large', 'm6i.large'],
};
