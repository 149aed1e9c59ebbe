import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { EC2Client, type EC2ClientConfig } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

/** One client for each service that is asked. Nothing here is ever told to change anything. */
export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly eks: EKSClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly pipelines: CodePipelineClient;
  readonly quotas: ServiceQuotasClient;
  readonly route53: Route53Client;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

/** Settings that all SDK clients have in common. */
export type ClientSettings = Pick<EC2ClientConfig, 'endpoint' | 'credentials' | 'maxAttempts'> & {
  readonly region: string;
};

/** With the credentials that the AWS CLI would use, unless others are given. */
export function clientsFor(settings: ClientSettings): Clients {
  // The SDK announces on standard error when it will drop a version of Node.js; a release of this project follows then.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return {
    cloudFormation: new CloudFormationClient(settings),
    ec2: new EC2Client(settings),
    ecr: new ECRClient(settings),
    eks: new EKSClient(settings),
    loadBalancing: new ElasticLoadBalancingV2Client(settings),
    logs: new CloudWatchLogsClient(settings),
    pipelines: new CodePipelineClient(settings),
    quotas: new ServiceQuotasClient(settings),
    route53: new Route53Client(settings),
    ssm: new SSMClient(settings),
    sts: new STSClient(settings),
  };
}
