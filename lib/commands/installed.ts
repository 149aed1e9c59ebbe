import { readFileSync } from 'node:fs';
import { ItemClient } from '../client/item-client';
import { readInstallation, tokenFile, type Installation } from '../installation/installation';
import { chooseTarget } from '../targets/choose';
import type { Target } from '../targets/target';
import { UserError } from '../terminal/user-error';
import { checkout } from './checkout';

/** What `up` made, for the commands that come after it. */
export interface Installed {
  readonly installation: Installation;
  readonly target: Target;
}

/** @throws UserError nothing was installed from this checkout */
export async function installed(): Promise<Installed> {
  const installation = readInstallation(checkout);
  if (!installation) {
    throw new UserError("nothing is installed from this checkout; install it with 'bin/berth up'");
  }
  return { installation, target: await chooseTarget({ on: installation.target, checkout }) };
}

/** Calls the server through the Ingress as its users do, and closes the connections afterwards. */
export async function withClient<T>(
  { installation, target }: Installed,
  work: (client: ItemClient) => Promise<T>,
): Promise<T> {
  const token = readFileSync(tokenFile(checkout), 'utf8').trim();
  const client = new ItemClient(await target.frontDoor(), installation.host, token);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
