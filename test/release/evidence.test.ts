import type { PodView } from '../../lib/deploy/pods';
import { evidenceOf } from '../../lib/release/evidence';
import type { Cluster } from '../../lib/targets/target';

const pod: PodView = {
  metadata: { name: 'berth-2', uid: 'u-2' },
  spec: { containers: [{ image: 'registry.example/berth@sha256:0' }] },
  status: { phase: 'Running' },
};

/** A cluster that answers kubectl with what is written here. */
const cluster = (answer: (args: readonly string[]) => string): Cluster => ({
  name: 'example',
  kubectlHint: 'kubectl',
  kubectl: async (args) => Promise.resolve(answer(args)),
});

describe('why a pod is not good enough', () => {
  test('is in the last lines of a container that ended before, where the present one said nothing', async () => {
    const evidence = await evidenceOf(
      cluster((args) => {
        if (args[0] === 'get') return '{"items":[]}';
        return args.includes('--previous') ? 'panic: no such key\n' : '\n';
      }),
      pod,
    );
    expect(evidence).toContain('its last log lines:\n    panic: no such key');
    expect(evidence).not.toContain('events');
  });

  test('is in the warnings, oldest first, each once', async () => {
    const warning = (reason: string, lastTimestamp: string, count: number) => ({
      ...{ reason, lastTimestamp, count },
      message: `${reason} it is\nmore`,
    });
    const items = [
      warning('Late', '2026-01-01T00:00:02Z', 3),
      warning('Early', '2026-01-01T00:00:01Z', 1),
      warning('Early', '2026-01-01T00:00:01Z', 1),
    ];
    const evidence = await evidenceOf(
      cluster((args) => (args[0] === 'get' ? JSON.stringify({ items }) : '')),
      pod,
    );
    expect(evidence).toContain('events:\n    Early: Early it is\n    Late: Late it is (3 times)');
    expect(evidence.match(/Early it is/g)).toHaveLength(1);
  });
});
