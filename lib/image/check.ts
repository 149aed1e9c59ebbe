import { contract } from '../contract';
import { evenWhenInterrupted, interrupted } from '../process/interrupt';
import { waitFor } from '../process/wait';
import type { Progress } from '../terminal/progress';
import { messageOf, UserError } from '../terminal/user-error';
import type { AloneServer } from './alone';
import { startInDocker } from './alone-in-docker';
import { startInRunc } from './alone-in-runc';
import { inspectArchive } from './archive';
import type { BuiltImage } from './build';
import { checkContents } from './check-contents';
import { dockerWorks } from './choose-builder';
import { thisArchitecture, type Architecture } from './source';

/** Seconds until it must be ready, and until it must have ended after SIGTERM. */
const READY = 30;
const ENDED = 30;

/**
 * Looks into the image, and runs it on its own, before Kubernetes does: it must hold what it should and nothing else,
 * become ready, keep an item, and end with status 0 when asked to. It runs as the image's user, without capabilities, and cannot write its root file system. Nothing is
 * left behind, however this ends.
 * @throws UserError which of these it failed, with what the server said
 */
export async function checkImage(image: BuiltImage, progress: Progress): Promise<void> {
  await progress.step('Run the image alone', async (detail) => {
    const contents = await inspectArchive(image.archive);
    checkContents(contents);
    const { config } = contents;
    if (config.architecture !== thisArchitecture()) {
      throw new UserError(
        `the image is built for '${config.architecture}'; allowed: '${thisArchitecture()}', as this machine is to run it`,
      );
    }
    // There is no load balancer that must notice first.
    const environment = { [contract.environment.drainDelay]: '0s' };
    const server = (await dockerWorks())
      ? await startInDocker(image, config, environment)
      : await startInRunc(image.archive, config, environment);
    try {
      await exercise(server, detail);
    } catch (error) {
      interrupted().throwIfAborted();
      const line = await server.lineThatMatters();
      throw new UserError(`${messageOf(error)}\n  the server said: ${line ?? '(none)'}`, {
        cause: error,
      });
    } finally {
      await evenWhenInterrupted(() => server.remove());
    }
  });
}

/** Checks the image; one that was built for another kind of machine is looked into, and said not to have been run. */
export async function checkWhereItRuns(
  image: BuiltImage,
  architecture: Architecture,
  progress: Progress,
): Promise<void> {
  if (architecture === thisArchitecture()) {
    await checkImage(image, progress);
    return;
  }
  checkContents(await inspectArchive(image.archive));
  progress.note(`The image is for ${architecture}; it is not run here, on ${thisArchitecture()}.`);
}

async function exercise(server: AloneServer, detail: (text: string) => void): Promise<void> {
  await waitFor(
    'the server alone: ready',
    async () => {
      const status = await server.exitStatus();
      if (status !== undefined) return status;
      return (await ask(server, 'GET', contract.paths.ready)).status === 200 ? 'ready' : undefined;
    },
    { seconds: READY, every: 50 },
  ).then((outcome) => {
    if (outcome !== 'ready')
      throw new UserError(`the server alone ended with status ${outcome} before it was ready`);
  });
  detail('ready');

  const item = `${contract.paths.items}/check`;
  const document = JSON.stringify({ checked: true });
  const put = await ask(server, 'PUT', item, document);
  if (put.status !== 201)
    throw new UserError(`the server alone answered PUT ${item} with ${put.status}; expected 201`);
  const got = await ask(server, 'GET', item);
  if (got.status !== 200 || JSON.stringify(JSON.parse(got.body)) !== document) {
    throw new UserError(
      `the server alone answered GET ${item} with ${got.status} ${got.body}; expected 200 ${document}`,
    );
  }
  detail('kept an item');

  await server.terminate();
  const status = await waitFor('the end of the server after SIGTERM', () => server.exitStatus(), {
    seconds: ENDED,
    every: 50,
  });
  if (status !== 0)
    throw new UserError(`the server alone ended with status ${status} after SIGTERM; expected 0`);
  detail('ready, kept an item, ended on SIGTERM');
}

async function ask(
  server: AloneServer,
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; body: string }> {
  const answer = await fetch(server.url + path, {
    method,
    signal: AbortSignal.any([AbortSignal.timeout(10_000), interrupted()]),
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, body: await answer.text() };
}
