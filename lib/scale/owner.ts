import { setTimeout as sleep } from 'node:timers/promises';
import { deploy } from '../deploy/deploy';
import type { Installation } from '../installation/installation';
import { minikubeProfile } from '../manifests/profiles/minikube';
import { interrupted } from '../process/interrupt';
import type { Target } from '../targets/target';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import { runningSet } from './set';

/** Whoever has the setting of how many replicas there are: only there can it be changed to stay so. */
export interface Owner {
  /** Changes the setting and applies it. `renew` is called now and then meanwhile, if that takes long. */
  change(replicas: number, progress: Progress, renew: () => Promise<void>): Promise<void>;
}

/** `bin/berth up` of this checkout: the record says what it installed, and the same is applied with another number. */
export function installationOwner(target: Target, { image, host }: Installation): Owner {
  return {
    async change(replicas, progress) {
      await deploy(target, minikubeProfile({ image, host, replicas }), progress);
    },
  };
}

/** How long a person, or CloudFormation, may take. */
const PATIENCE_SECONDS = 3600;
const RENEW_SECONDS = 45;

/** Somebody else: CDK, or manifests applied by hand. They are told what to run, and waited for. */
export function otherOwner(target: Target): Owner {
  return {
    async change(replicas, progress, renew) {
      const wanted = replicas === 1 ? '1 replica' : `${replicas} replicas`;
      const { replicasCommand } = await runningSet(target);
      const command = replicasCommand?.replace(/(?<=replicas[ =])N\b/, String(replicas));
      progress.note(
        command === undefined
          ? `Apply what made the set with ${wanted} now.`
          : `Run this now, in another terminal:\n  ${command}`,
      );
      await progress.step(`Waiting for ${wanted} to be applied`, async (detail) => {
        const deadline = Date.now() + PATIENCE_SECONDS * 1000;
        let renewed = Date.now();
        while ((await runningSet(target)).replicas !== replicas) {
          const left = Math.ceil((deadline - Date.now()) / 60_000);
          if (left <= 0) {
            throw new UserError(`${wanted} not applied within ${PATIENCE_SECONDS / 60} min`);
          }
          detail(`${left} min left, Ctrl-C gives up`);
          if (Date.now() - renewed > RENEW_SECONDS * 1000) {
            await renew();
            renewed = Date.now();
          }
          await sleep(1000, undefined, { signal: interrupted() }).catch(() => undefined);
          interrupted().throwIfAborted();
        }
      });
    },
  };
}
