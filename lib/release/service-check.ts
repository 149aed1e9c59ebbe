import type { Item, ItemClient } from '../client/item-client';
import { contract } from '../contract';
import { waitFor } from '../process/wait';
import { UserError } from '../terminal/user-error';
import { askForRightAnswers, CHECK_PREFIX } from './right-answers';

/** How many items of the service each new pod must have as well. */
const KNOWN_ITEMS = 20;
/** Seconds the service gets to answer rightly. */
const SERVICE_SECONDS = 20;

/** Some items that the service has, for the new pods to have as well. */
export async function someItems(service: ItemClient): Promise<Item[]> {
  const path = `${contract.paths.items}?limit=${KNOWN_ITEMS}`;
  const { status, body } = await service.request('GET', path);
  if (status !== 200) throw new UserError(`the service answered GET ${path} with ${status}; expected 200`);
  const { items } = JSON.parse(body) as { items: Item[] };
  return items.filter(({ id }) => !id.startsWith(CHECK_PREFIX));
}

/**
 * Asks the service as its users do, through the front door.
 * @throws UserError it answers wrongly, or not at all for a while
 */
export async function askService(service: ItemClient, known: readonly Item[]): Promise<void> {
  await waitFor(
    'a right answer from the service through its front door',
    async () => {
      const answers = await askForRightAnswers(service, service, known);
      if (answers.verdict === 'none') throw new Error(answers.why);
      return answers;
    },
    { seconds: SERVICE_SECONDS },
  ).then((answers) => {
    if (answers.verdict === 'wrong') throw new UserError(`the service answers wrongly: ${answers.why}`);
  });
}
