import { Stacks } from '../../lib/account/stacks';
import { declaredInAccount } from '../../lib/release/declared-in-account';
import { ImageParameter } from '../../lib/server/first-image/image-parameter';
import { Account } from './account';

const [OLD, NEW] = ['berth@sha256:old', 'berth@sha256:new'];
const quiet = () => undefined;

function declarationOf(account: Account) {
  const parameter = new ImageParameter(account.ssm, '/berth/image');
  return declaredInAccount(parameter, new Stacks(account.cloudFormation));
}

describe('an image is declared in an account', () => {
  test('by the parameter first, and then by the stack that reads it', async () => {
    const account = new Account(OLD);
    await declarationOf(account).declare(NEW, quiet);
    expect(account.done).toEqual([`parameter ${NEW}`, 'update']);
    expect(await declarationOf(account).current()).toBe(NEW);
  });

  test('without a word to CloudFormation where it has applied it already', async () => {
    const account = new Account(OLD);
    const details: string[] = [];
    await declarationOf(account).declare(OLD, (text) => details.push(text));
    expect(account.done).toEqual([]);
    expect(details.at(-1)).toBe('berth-server had applied it already');
  });

  test.each(['PutParameter', 'UpdateStack', 'DescribeStacks'])(
    'and declared again after being killed at any %s, ends with both saying the same',
    async (step) => {
      for (let at = 1; at <= 3; at += 1) {
        const account = new Account(OLD);
        let seen = 0;
        account.before = (operation) => {
          if (operation === step && (seen += 1) === at) throw new Error('killed');
        };
        await declarationOf(account).declare(NEW, quiet).catch(quiet);
        account.before = quiet;
        await declarationOf(account).declare(NEW, quiet);
        expect([account.parameter, account.applied]).toEqual([NEW, NEW]);
        expect(account.done.filter((what) => what === 'update')).toHaveLength(1);
      }
    },
  );

  test('after whoever updates the stack has ended', async () => {
    const account = new Account(OLD);
    account.status = 'UPDATE_IN_PROGRESS';
    await declarationOf(account).declare(NEW, quiet);
    expect(account.applied).toBe(NEW);
  });

  test('or fails in the words of what refused it, and the old one can be declared again', async () => {
    const account = new Account(OLD);
    account.refuses = (image) => (image === NEW ? 'StatefulSet is invalid' : undefined);
    const declaration = declarationOf(account);
    await expect(declaration.declare(NEW, quiet)).rejects.toThrow(
      'berth-server is UPDATE_ROLLBACK_COMPLETE, not UPDATE_COMPLETE: Set: StatefulSet is invalid',
    );
    await declaration.declare(OLD, quiet);
    expect(await declaration.current()).toBe(OLD);
  });
});

describe('a release does not begin', () => {
  test('where the parameter and the stack say two things, and says how either is made true', async () => {
    const account = new Account(OLD);
    account.parameter = NEW;
    const refusal = declarationOf(account).current();
    await expect(refusal).rejects.toThrow(`/berth/image says ${NEW}, and berth-server has applied ${OLD}`);
    await expect(refusal).rejects.toThrow(`put-parameter --name /berth/image --overwrite --value ${OLD}`);
  });

  test('while somebody deploys the stack', async () => {
    const account = new Account(OLD);
    account.status = 'UPDATE_IN_PROGRESS';
    await expect(declarationOf(account).current()).rejects.toThrow(
      'is UPDATE_IN_PROGRESS: somebody deploys it',
    );
  });

  test.each([
    ['UPDATE_ROLLBACK_FAILED', 'aws cloudformation continue-update-rollback --stack-name berth-server'],
    ['ROLLBACK_COMPLETE', 'npx cdk deploy berth-server'],
  ])('where the stack is %s, and names the way out', async (status, fix) => {
    const account = new Account(OLD);
    account.status = status;
    const refusal = declarationOf(account).current();
    await expect(refusal).rejects.toThrow(`berth-server is ${status}; allowed: CREATE_COMPLETE, `);
    await expect(refusal).rejects.toThrow(fix);
  });
});
