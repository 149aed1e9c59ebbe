import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { names } from '../../config/names';
import { ifThere, judge, type Check, type Subject } from '../check';

/** Something of a fixed name: CloudFormation refuses to make what is there already, minutes into the deployment. */
interface Named {
  readonly what: string;
  /** How it is removed. */
  readonly fix: string;
  readonly isThere: (subject: Subject) => Promise<boolean>;
}

const logGroup = `/aws/eks/${names.cluster}/cluster`;

const FIXED_NAMES: readonly Named[] = [
  {
    what: `EKS cluster ${names.cluster}`,
    fix: `aws eks delete-cluster --name ${names.cluster}`,
    isThere: async ({ clients }) =>
      (await ifThere(clients.eks.send(new DescribeClusterCommand({ name: names.cluster })))) !== undefined,
  },
  {
    what: `ECR repository ${names.repository}`,
    fix: `aws ecr delete-repository --force --repository-name ${names.repository}`,
    isThere: async ({ clients }) =>
      (await ifThere(
        clients.ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [names.repository] })),
      )) !== undefined,
  },
  {
    // A control plane that is being deleted writes a last line, and so makes its group anew.
    what: `log group ${logGroup}`,
    fix: `aws logs delete-log-group --log-group-name ${logGroup}`,
    isThere: async ({ clients }) => {
      const { logGroups = [] } = await clients.logs.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup }),
      );
      return logGroups.some(({ logGroupName }) => logGroupName === logGroup);
    },
  },
];

export const namesTaken: Check = {
  title: 'names that are to be given',
  applies: ({ stacks }) => stacks.platform === undefined,
  async look(subject) {
    const taken = await Promise.all(
      FIXED_NAMES.map(async (one) => ((await one.isThere(subject)) ? [one] : [])),
    );
    const problems = taken
      .flat()
      .map(
        ({ what, fix }) =>
          `${what} is there already, and no stack of this project owns it; allowed: none of that name; ` +
          `fix, if nothing needs it: ${fix} --region ${subject.settings.region}`,
      );
    return judge(problems, `free: ${FIXED_NAMES.map(({ what }) => what).join(', ')}`);
  },
};
