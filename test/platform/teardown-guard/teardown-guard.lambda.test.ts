import type { GuardProperties } from '../../../lib/platform/teardown-guard/properties';
import { lookForLeftovers, onEvent } from '../../../lib/platform/teardown-guard/teardown-guard.lambda';
import { Account } from './account';
import { CLUSTER, clusterLeft, othersHave, rule, VPC } from './leftovers-of-a-cluster';

const BEGAN = Date.parse('2026-01-01T00:00:00Z');

function properties(given: Partial<GuardProperties> = {}): GuardProperties {
  return {
    ...{ ClusterName: CLUSTER, VpcId: VPC, Phase: 'clear', Volumes: 'delete', LimitSeconds: '2400' },
    ...given,
  };
}

function look(account: Account, given: Partial<GuardProperties> = {}, minutes = 0, RequestType = 'Delete') {
  const event = {
    RequestType: RequestType as 'Delete',
    ResourceProperties: { ServiceToken: 'arn', ...properties(given) },
    StartedAt: new Date(BEGAN).toISOString(),
  };
  return lookForLeftovers(event, account, BEGAN + minutes * 60_000);
}

/** Looks every minute until it is complete; returns after how many looks. */
async function lookUntilComplete(account: Account, given: Partial<GuardProperties> = {}): Promise<number> {
  for (let looks = 1; looks <= 60; looks += 1) {
    if ((await look(account, given, looks)).IsComplete) return looks;
    account.pass();
  }
  throw new Error('not complete after an hour');
}

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe('clearing after the nodes are gone', () => {
  test('removes all that the cluster left, each once what holds it has gone', async () => {
    const account = clusterLeft();
    expect(await lookUntilComplete(account)).toBeGreaterThan(2);
    expect(account.ids()).toEqual(['nodes']);
    const order = account.changes.map((change) => change.split(' ')[1]);
    expect(order.indexOf('alb')).toBeLessThan(order.indexOf('targets'));
    expect(order.indexOf('targets')).toBeLessThan(order.indexOf('k8s-traffic-berth-1'));
  });

  test('touches nothing that is not tagged for this cluster and in its VPC', async () => {
    const others = othersHave(new Account()).ids();
    const account = othersHave(clusterLeft());
    await lookUntilComplete(account);
    expect(account.ids().sort()).toEqual([...others, 'nodes'].sort());
  });

  test("takes out of the nodes' group the controller's rule and no other", async () => {
    const account = clusterLeft();
    await lookUntilComplete(account);
    expect(account.securityGroups.map(({ ingress }) => ingress)).toEqual([[rule('nodes', 443)]]);
  });

  test('leaves a rule that a person wrote elsewhere, and says which group it holds', async () => {
    const account = clusterLeft();
    account.securityGroups.push({
      ...{ id: 'database', vpcId: VPC, tags: {}, ingress: [rule('k8s-traffic-berth-1', 5432)] },
    });
    await expect(
      (async () => {
        for (let minutes = 0; ; minutes += 1) {
          await look(account, {}, minutes);
          account.pass();
        }
      })(),
    ).rejects.toThrow(
      '1 left after 40 minutes; remove what holds them, run these, and destroy again:\n' +
        'security group k8s-traffic-berth-1 (resource k8s-traffic-berth-1 has a dependent object): ' +
        'aws ec2 delete-security-group --group-id k8s-traffic-berth-1',
    );
    expect(account.securityGroups.find(({ id }) => id === 'database')?.ingress).toEqual([
      rule('k8s-traffic-berth-1', 5432),
    ]);
  });

  test('waits for a volume until its node lets go of it', async () => {
    const account = clusterLeft();
    Object.assign(account.volumes[0] ?? {}, { instance: 'i-1' });
    for (const minutes of [0, 1, 2, 3, 4]) {
      expect((await look(account, {}, minutes)).IsComplete).toBe(false);
      account.pass();
    }
    expect(account.volumes.map(({ id }) => id)).toEqual(['volume-a']);
    delete account.volumes[0]?.instance;
    await lookUntilComplete(account);
    expect(account.volumes).toEqual([]);
  });

  test('removes a load balancer once a person has taken off its deletion protection', async () => {
    const account = clusterLeft();
    Object.assign(account.loadBalancers[0] ?? {}, { isProtected: true });
    await look(account);
    await look(account);
    expect(account.loadBalancers).toHaveLength(1);
    await expect(look(account, {}, 41)).rejects.toThrow('load balancer alb (deletion protection is enabled)');
    Object.assign(account.loadBalancers[0] ?? {}, { isProtected: false });
    await lookUntilComplete(account);
    expect(account.ids()).toEqual(['nodes']);
  });

  test('keeps every volume that is to be kept', async () => {
    const account = clusterLeft();
    await lookUntilComplete(account, { Volumes: 'keep' });
    expect(account.ids().sort()).toEqual(['nodes', 'volume-a', 'volume-b', 'volume-c']);
  });

  test('fails at once with what the API said when it is not allowed to remove', async () => {
    const account = clusterLeft();
    account.denied.add('DeleteLoadBalancer');
    await expect(look(account)).rejects.toThrow('not authorized to perform DeleteLoadBalancer');
  });

  test('is complete in an account with nothing of the cluster', async () => {
    const account = othersHave(new Account());
    expect((await look(account)).IsComplete).toBe(true);
    expect(account.changes).toEqual([]);
  });
});

describe('waiting while the controllers run', () => {
  const wait = { Phase: 'wait', LimitSeconds: '600' } as const;

  test('removes nothing itself', async () => {
    const account = clusterLeft();
    for (const minutes of [0, 5, 9, 10, 100]) await look(account, wait, minutes);
    expect(account.changes).toEqual([]);
  });

  test('ends as soon as they have removed what they made', async () => {
    const account = clusterLeft();
    expect((await look(account, wait, 1)).IsComplete).toBe(false);
    account.loadBalancers.length = 0;
    expect((await look(account, wait, 2)).IsComplete).toBe(false);
    account.targetGroups.length = 0;
    expect((await look(account, wait, 3)).IsComplete).toBe(true);
  });

  test('ends after its limit, so that clearing can do the rest', async () => {
    const account = clusterLeft();
    expect((await look(account, wait, 9.9)).IsComplete).toBe(false);
    expect((await look(account, wait, 10)).IsComplete).toBe(true);
  });

  test('does not wait for what no controller will remove: retained volumes, the shared security group, interfaces of nodes', async () => {
    const account = new Account();
    const left = clusterLeft();
    account.volumes.push(...left.volumes);
    account.securityGroups.push(...left.securityGroups);
    account.networkInterfaces.push(...left.networkInterfaces);
    expect((await look(account, wait)).IsComplete).toBe(true);
  });
});

describe('creating and updating', () => {
  test.each(['Create', 'Update'])('%s is complete at once and looks at nothing', async (type) => {
    const account = clusterLeft();
    const before = account.ids();
    expect((await look(account, {}, 0, type)).IsComplete).toBe(true);
    expect([account.changes, account.ids()]).toEqual([[], before]);
  });

  test('a cluster of another name is another resource, so that the old one is cleared', async () => {
    const event = (RequestType: string, ClusterName: string) =>
      ({
        ...{ RequestType, PhysicalResourceId: 'old/clear' },
        ResourceProperties: properties({ ClusterName }),
      }) as unknown as Parameters<typeof onEvent>[0];
    expect((await onEvent(event('Update', 'new'))).PhysicalResourceId).toBe('new/clear');
    expect((await onEvent(event('Delete', 'old'))).PhysicalResourceId).toBe('old/clear');
  });

  test('a limit that is no number is an error, as it would wait for ever', async () => {
    await expect(look(clusterLeft(), { LimitSeconds: 'soon' })).rejects.toThrow(
      "LimitSeconds is 'soon'; allowed: a number of seconds above 0",
    );
  });
});
