import { eksProfile } from '../../lib/manifests/profiles/eks';
import { minikubeProfile } from '../../lib/manifests/profiles/minikube';
import { otherOwner } from '../../lib/scale/owner';
import type { Target } from '../../lib/targets/target';
import type { Progress } from '../../lib/terminal/progress';

const eks = eksProfile({
  ...{ image: 'example.com/berth@sha256:1', replicas: 3, volumeSize: '8Gi', storageClassName: 'gp3' },
  ...{ loadBalancerCidrs: [], clientCidrs: ['203.0.113.0/24'], accessLogs: { bucket: 'b', prefix: 'p' } },
});
const minikube = minikubeProfile({ image: 'example.com/berth:N-1', host: 'berth.localhost', replicas: 3 });

/** A set of three whose setting somebody else owns, and who applies it once they were asked `after` times how many there are. */
async function askOwner(replicasCommand: string | undefined, after = 2) {
  let asked = 0;
  const target = {
    kubectl: () => {
      asked += 1;
      const annotations =
        replicasCommand === undefined ? {} : { 'berth.example.com/replicas-command': replicasCommand };
      const template = { spec: { containers: [] } };
      return Promise.resolve(
        JSON.stringify({ metadata: { annotations }, spec: { replicas: asked > after ? 1 : 3, template } }),
      );
    },
  } as unknown as Target;
  const notes: string[] = [];
  const progress: Progress = {
    step: (title, work) => {
      notes.push(title);
      return work(() => undefined);
    },
    note: (text) => notes.push(text),
  };
  await otherOwner(target).change(1, progress, () => Promise.resolve());
  return { notes, asked };
}

describe('a number of replicas that somebody else owns', () => {
  test('is lowered by their own command, which is said with the number', async () => {
    const { notes } = await askOwner(eks.replicasCommand);
    expect(notes).toEqual([
      'Run this now, in another terminal:\n  npx cdk deploy --all --context replicas=1',
      'Waiting for 1 replica to be applied',
    ]);
  });

  test('is put where the command has it, and nowhere else', async () => {
    const { notes } = await askOwner(minikube.replicasCommand);
    expect(notes[0]).toContain('--image example.com/berth:N-1 --host berth.localhost --replicas 1 |');
  });

  test('is waited for until the set has it', async () => {
    const { asked } = await askOwner(eks.replicasCommand, 2);
    expect(asked).toBe(3);
  });

  test('is asked for in words where the set does not say how', async () => {
    const { notes } = await askOwner(undefined);
    expect(notes[0]).toBe('Apply what made the set with 1 replica now.');
  });
});
