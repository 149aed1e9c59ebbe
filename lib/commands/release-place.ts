import { readFileSync } from 'node:fs';
import { ItemClient } from '../client/item-client';
import { obstacleToPulling } from '../image/push';
import { tokenFile } from '../installation/installation';
import { declaredInInstallation } from '../release/declared-in-installation';
import type { ReleasePlace } from '../release/release';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';
import { installed } from './installed';
import type { Address } from './settings';

/** Where releases are made, as given on the command line. */
export interface PlaceOptions {
  /** `account`, or where `up` has installed this checkout, which is the default. */
  readonly on?: string;
  /** Where the account's service is reached from here, if not by its own name. */
  readonly frontDoor?: Address;
}

type AccountPlace = typeof import('../release/account-place');

/** Does `work` where releases are made, and closes what was opened for it. */
export async function atPlace<T>(
  { on, frontDoor }: PlaceOptions,
  work: (place: ReleasePlace) => Promise<T>,
): Promise<T> {
  if (on === 'account') {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { withAccountPlace } = require('../release/account-place') as AccountPlace;
    return withAccountPlace({ checkout, frontDoor }, work);
  }
  if (frontDoor !== undefined) {
    throw new UserError("--front-door is for '--on account'; elsewhere the Ingress is found by itself", {
      exitCode: 2,
    });
  }
  return atInstallation(on, work);
}

async function atInstallation<T>(
  on: string | undefined,
  work: (place: ReleasePlace) => Promise<T>,
): Promise<T> {
  const { installation, target } = await installed();
  if (on !== undefined && on !== installation.target) {
    throw new UserError(
      `--on ${on}: this checkout is installed on ${installation.target}; allowed: account, ${installation.target}`,
      { exitCode: 2 },
    );
  }
  const token = readFileSync(tokenFile(checkout), 'utf8').trim();
  const { host } = installation;
  const service = new ItemClient(await target.frontDoor(), host, token);
  try {
    return await work({
      cluster: target,
      declaration: declaredInInstallation(target, checkout),
      credentials: { host, token },
      service,
      // Loaded into the nodes, an image is in no registry.
      obstacleToPulling: async (image) =>
        image.startsWith('localhost/') ? undefined : obstacleToPulling(image),
    });
  } finally {
    await service.close();
  }
}
