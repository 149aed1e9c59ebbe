import { FAULTS, nameOf, obstacle, stepsNamed } from '../../lib/drill/faults/catalog';
import { schedule } from '../../lib/drill/schedule';
import { contextTarget } from '../../lib/targets/context-target';
import { localTarget } from '../../lib/targets/local-target';

const names = (seed: number, count: number) => {
  const steps = schedule(seed, FAULTS);
  return Array.from({ length: count }, () => {
    const { value } = steps.next();
    return `${nameOf(value)} after ${value.quiet}`;
  });
};

describe('the schedule of a random drill', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(names(1, 200)).toEqual(names(1, 200));
    expect(names(2, 200)).not.toEqual(names(1, 200));
  });

  test('has every fault at every member it can hit', () => {
    const seen = new Set(names(1, 2000).map((name) => name.replace(/ after .*/, '')));
    expect([...seen].sort()).toEqual(
      FAULTS.flatMap(({ name, roles }) =>
        roles.length === 0 ? [name] : roles.map((role) => `${name}:${role}`),
      ).sort(),
    );
  });

  test('never leaves less than two seconds of quiet, nor more than eight', () => {
    const quiet = names(3, 500).map((name) => Number(name.replace(/.* after /, '')));
    expect(Math.min(...quiet)).toBe(2);
    expect(Math.max(...quiet)).toBe(8);
  });
});

describe('faults', () => {
  test('have names of their own', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  test('are asked for by name, with or without whom to hit', () => {
    expect(stepsNamed(['kill', 'delete:leader', 'delete-all']).map(nameOf)).toEqual([
      'kill:leader',
      'kill:follower',
      'delete:leader',
      'delete-all',
    ]);
    expect(() => stepsNamed(['earthquake'])).toThrow(
      "--fault 'earthquake' is not a fault; allowed: rolling-restart, new-image, fill-store, delete[:leader|follower]",
    );
  });

  test('say what they need on a target that does not have it', () => {
    const elsewhere = contextTarget('prod');
    const possible = FAULTS.filter((fault) => obstacle(fault, elsewhere) === undefined);
    expect(possible.map(({ name }) => name)).toEqual([
      'rolling-restart',
      'fill-store',
      'delete',
      'force-delete',
      'lose-volume',
      'delete-all',
    ]);
    const [kill] = stepsNamed(['kill']);
    expect(kill && obstacle(kill.fault, elsewhere)).toBe(
      'kill needs the local Kubernetes, and this is context:prod',
    );
    expect(FAULTS.map((fault) => obstacle(fault, localTarget('/')))).toEqual(FAULTS.map(() => undefined));
  });
});
