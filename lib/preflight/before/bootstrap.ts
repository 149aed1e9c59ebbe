import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { bad, good, ifThere, type Check } from '../check';

/** What the bootstrap stack writes, under the CDK's default qualifier. */
export const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/** The oldest bootstrap stack that the templates of this app accept; a test compares it with what they say. */
export const BOOTSTRAP_VERSION = 8;

export const bootstrap: Check = {
  title: 'cdk bootstrap',
  async look({ clients, account, settings }) {
    const fix = `fix: npx cdk bootstrap aws://${account}/${settings.region}`;
    const answer = await ifThere(clients.ssm.send(new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER })));
    const version = answer?.Parameter?.Value;
    if (version === undefined) {
      return bad(`${settings.region} of account ${account} is not bootstrapped for the CDK; ${fix}`);
    }
    return Number(version) >= BOOTSTRAP_VERSION
      ? good(`version ${version}`)
      : bad(`the bootstrap stack has version ${version}; allowed: ${BOOTSTRAP_VERSION} or newer; ${fix}`);
  },
};
