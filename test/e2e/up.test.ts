import { contract } from '../../lib/contract';
import { berth, client, kubectl, up } from './environment';
import { sampleData } from '../../lib/proof/sample-data';
import { endedWith } from '../released/berth';

describe('after bin/berth up', () => {
  test('every item was read back after the roll', () => {
    expect(up.proof).toMatchObject({
      kept: sampleData().size,
      missing: [],
      different: [],
      rolled: ['berth-0'],
    });
  });

  test('the server answers through the Ingress with the data set', async () => {
    const items = client();
    expect(await items.get('country-che')).toEqual(sampleData().get('country-che'));
    await items.close();
  });

  test('the server asks for the token that up made, and answers 401 with a hint without it', async () => {
    const stranger = client('wrong-token-wrong-token-wrong-token');
    const answer = await stranger.request('GET', '/v1/items');
    await stranger.close();
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  test('whoever is outside gets the items and their description, and no metrics of a pod', async () => {
    const items = client();
    const of = async (path: string) => {
      const { status, headers } = await items.request('GET', path);
      return { status, by: headers[contract.headers.member.toLowerCase()] };
    };
    expect(await of(contract.paths.openapi)).toEqual({ status: 200, by: 'berth-0' });
    expect(await of(`${contract.paths.items}/country-che`)).toEqual({ status: 200, by: 'berth-0' });
    for (const path of [contract.paths.metrics, contract.paths.live, '/'])
      expect(await of(path)).toEqual({ status: 404, by: undefined });
    await items.close();
  });

  test('status says what runs and where', async () => {
    const status = endedWith(0, await berth(['status', '--json']));
    expect(JSON.parse(status.out)).toMatchObject({
      installed: true,
      target: 'local',
      image: up.image,
      ready: true,
      pods: [{ name: 'berth-0', ready: true, image: up.image }],
    });
  });

  test('roll proves it again', async () => {
    const roll = endedWith(0, await berth(['roll', '--json']));
    expect(JSON.parse(roll.out)).toMatchObject({ missing: [], different: [], rolled: ['berth-0'] });
  });

  test('the nodes stand in three zones', async () => {
    const zones = await kubectl([
      ...['get', 'nodes', '--output'],
      'jsonpath={range .items[*]}{.metadata.labels.topology\\.kubernetes\\.io/zone}{"\\n"}{end}',
    ]);
    expect(zones.split('\n').sort()).toEqual(['zone-1', 'zone-2', 'zone-3']);
  });
});
