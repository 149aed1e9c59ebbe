import { connect } from 'node:net';
import { UserError } from '../terminal/user-error';

/** The image the build stage starts from, as the Dockerfile pins it. */
export interface BaseImage {
  /** Complete name, `public.ecr.aws/docker/library/golang:1.26.8-alpine`. */
  readonly reference: string;
  /** Host that serves it. */
  readonly registry: string;
  /** Exact version of Go in it, `1.26.8`. */
  readonly goVersion: string;
}

/** Label that tells an image made on this machine from the base image it stands in for. */
export const STAND_IN_LABEL = 'berth.stand-in';

/** @throws UserError when the Dockerfile does not pin one exact version of Go */
export function baseImageOf(dockerfile: string): BaseImage {
  const from = dockerfile.split('\n').find((line) => /^FROM\s/.test(line)) ?? '';
  const match = /^FROM\s+(?:--\S+\s+)*(([^/\s]+\.[^/\s]+)\/\S*golang:(\d+\.\d+\.\d+)[^\s]*)\s+AS\s/.exec(
    from,
  );
  const [, reference, registry, goVersion] = match ?? [];
  if (!reference || !registry || !goVersion) {
    throw new UserError(
      `Dockerfile begins with '${from}'; allowed: FROM REGISTRY/.../golang:X.Y.Z-VARIANT AS NAME, with all three numbers of Go's version`,
    );
  }
  return { reference, registry, goVersion };
}

/**
 * Whether it is worth while to ask a registry. A builder without a network may try for minutes; one connection
 * tells within seconds. Behind a proxy only the builder can tell, so the answer is yes.
 */
export function mayReach(registry: string, seconds = 3): Promise<boolean> {
  if (process.env['HTTPS_PROXY'] ?? process.env['https_proxy']) return Promise.resolve(true);
  const [host = registry, port = '443'] = registry.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const answer = (reached: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    // A timer of its own: the socket's timeout does not cover looking the name up.
    const timer = setTimeout(() => {
      answer(false);
    }, seconds * 1000);
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}
