import { names } from '../../config/names';
import { judge, type Check, type StackName } from '../check';

/** What a status means for the next deployment; those that are not here are fine or say that one is under way. */
const STUCK: Readonly<Record<string, string>> = {
  ROLLBACK_COMPLETE:
    'its creation failed and it can only be deleted; fix: npx cdk destroy NAME, then deploy again',
  ROLLBACK_FAILED:
    'its creation failed and so did taking it back; fix: npx cdk destroy NAME, then deploy again',
  CREATE_FAILED: 'its creation failed; fix: npx cdk destroy NAME, then deploy again',
  DELETE_FAILED: 'its deletion stopped; fix: remove what it names, then npx cdk destroy NAME',
  UPDATE_ROLLBACK_FAILED: 'taking an update back failed; fix: npx cdk rollback NAME',
};

export const stacks: Check = {
  title: 'stacks',
  applies: ({ stacks: all }) => Object.keys(all).length > 0,
  look({ stacks: all }) {
    const entries = Object.entries(all).map(([key, stack]) => ({
      ...stack,
      name: names.stacks[key as StackName],
    }));
    const problems = entries.flatMap(({ name, status, reason }) => {
      const meaning = STUCK[status];
      if (meaning === undefined) return [];
      return [
        `${name} is ${status}: ${meaning.replace('NAME', name)}${reason === undefined ? '' : ` (${reason})`}`,
      ];
    });
    return Promise.resolve(
      judge(problems, entries.map(({ name, status }) => `${name} ${status}`).join(', ')),
    );
  },
};
