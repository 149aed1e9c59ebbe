import { whatIsMissing } from '../../config/needed-to-deploy';
import { bad, good, type Check } from '../check';

/** The settings that CloudFormation would refuse the deployment for. */
export const neededToDeploy: Check = {
  title: 'settings that a deployment needs',
  look({ settings }) {
    const missing = whatIsMissing(settings);
    return Promise.resolve(
      missing === undefined
        ? good(
            `${settings.administrators.length} administrators, clients from ${settings.clientCidrs.join(', ')}`,
          )
        : bad(missing),
    );
  },
};
