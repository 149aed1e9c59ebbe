import { join } from 'node:path';
import { rehearse } from '../../lib/rehearsal/rehearse';
import { silent } from '../../lib/terminal/progress';
import { stageOf } from './set-stage';

/** Deploying alone takes minutes where other work goes on. */
const PATIENCE = 30 * 60_000;
const checkout = join(__dirname, '..', '..');

test(
  'the app as it is is deployed into an account, released to, refused a bad change, upgraded and destroyed',
  async () => {
    const played = await rehearse({ checkout, workspace: stageOf('whole'), progress: silent });
    const { steps, types, standIns, left } = played;
    const seen = steps.map(({ name, seen: what }) => `${name}: ${what.join('; ')}`).join('\n');
    expect(steps.map(({ name }) => name)).toEqual([
      'cdk synth, cdk bootstrap',
      'cdk deploy, all stacks',
      'Release another image',
      'A change that the cluster refuses',
      'Upgrade Kubernetes 1.35 to 1.36',
      'cdk destroy, all stacks',
    ]);
    expect(seen).toMatch(/cdk deploy, all stacks: 3 pods run \S+@sha256:/);
    expect(seen).toContain('UPDATE_ROLLBACK_COMPLETE');
    expect(seen).toContain('cdk diff plans no replacement');
    expect(seen).toContain('namespace berth is gone');
    expect(seen).toContain('nothing is left in the account but what bootstrap made');
    expect(left).toEqual({});
    // What is not as in an account is told, each with a reason.
    for (const reason of [...Object.values(types.added), ...Object.values(standIns)]) {
      expect(reason).toMatch(/\w+ \w+/);
    }
  },
  PATIENCE,
);
