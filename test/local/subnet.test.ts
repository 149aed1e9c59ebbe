import type { Place } from '../../lib/local/place';
import { chooseSubnet, nodeAddress, podCidr } from '../../lib/local/subnet';

const place = (id: string): Place => ({ id, checkout: '', state: '', link: '', cgroup: '', marker: {} });

test('a network is free of every route of this machine', () => {
  const { second } = chooseSubnet(place('00000000'), [
    'default',
    '10.100.0.0/24',
    '10.101.7.9',
    '192.168.0.0/16',
  ]);
  expect(second).toBe(102);
});

test('a route to a larger network takes every /16 in it', () => {
  expect(chooseSubnet(place('00000000'), ['10.100.0.0/14']).second).toBe(104);
});

test('a route to all of 10.0.0.0/8 leaves room, as a more specific route wins', () => {
  expect(chooseSubnet(place('00000000'), ['10.0.0.0/8']).second).toBe(100);
});

test('clusters that start at once begin to look at different networks', () => {
  expect(chooseSubnet(place('00000001'), []).second).not.toBe(chooseSubnet(place('00000002'), []).second);
});

test('the services, which every cluster numbers alike, are in none of them', () => {
  for (let i = 0; i < 150; i += 1) expect(chooseSubnet(place(i.toString(16)), []).second).not.toBe(96);
});

test('when every network is taken the error says which were tried', () => {
  expect(() => chooseSubnet(place('00000000'), ['10.64.0.0/10', '10.128.0.0/9'])).toThrow(
    'routes into each of 10.100.0.0/16 to 10.249.0.0/16',
  );
});

test('nodes and pods have addresses of the network, apart from each other', () => {
  expect(nodeAddress({ second: 120 }, 2)).toBe('10.120.0.12');
  expect(podCidr({ second: 120 }, 2)).toBe('10.120.2.0/24');
});
