import { BatchGetImageCommand } from '@aws-sdk/client-ecr';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { names } from '../../config/names';
import { bad, good, ifThere, type Check } from '../check';

/** A pod that starts on another node pulls it again, months after it was released. */
export const image: Check = {
  title: 'the image that runs can be pulled',
  applies: ({ stacks }) => stacks.server !== undefined,
  async look({ clients }) {
    const parameter = await ifThere(
      clients.ssm.send(new GetParameterCommand({ Name: names.imageParameter })),
    );
    const value = parameter?.Parameter?.Value;
    if (value === undefined) {
      return bad(
        `there is no parameter ${names.imageParameter}; fix: npx cdk deploy ${names.stacks.image} writes it`,
      );
    }
    const match = /^[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(value);
    if (match === null) {
      return bad(
        `${names.imageParameter} is '${value}'; allowed: REGISTRY/REPOSITORY@sha256:…; fix: bin/berth release`,
      );
    }
    const [, repositoryName = '', imageDigest = ''] = match;
    const answer = await ifThere(
      clients.ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }] })),
    );
    return (answer?.images ?? []).length > 0
      ? good(value)
      : bad(
          `${names.imageParameter} is ${value}, which is not in the registry; fix: push it again or release another`,
        );
  },
};
