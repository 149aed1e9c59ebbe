import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../terminal/user-error';

/** Work that is done again and again until it is stopped, as controllers of Kubernetes do. */
export interface Controller {
  /** What went wrong last, for the report: a controller itself only tries again. */
  readonly lastError: () => string | undefined;
  stop(): Promise<void>;
}

/** Pause between two looks at the cluster, in milliseconds; as quick as a controller that watches. */
const PAUSE = 300;

export function startController(reconcile: () => Promise<void>): Controller {
  const stopping = new AbortController();
  let lastError: string | undefined;
  const work = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await reconcile();
        lastError = undefined;
      } catch (error) {
        lastError = messageOf(error);
      }
      await sleep(PAUSE, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    lastError: () => lastError,
    async stop() {
      stopping.abort();
      await work;
    },
  };
}
