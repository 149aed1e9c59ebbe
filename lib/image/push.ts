import { CommandFailed } from '../process/run';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import type { BuiltImage } from './build';
import { parseDestination, parseTag, type Destination } from './destination';
import { goTool } from './go-tool';
import { withLogin } from './registry-login';

/** An image in a registry. */
export interface PushedImage {
  /** `REGISTRY/NAME@sha256:…`, which names these bytes for ever; what a release takes. */
  readonly image: string;
  readonly digest: string;
  /** `REGISTRY/NAME:TAG`, for people. */
  readonly tagged: string;
  /** Whether the tag was there already, so that nothing was pushed. */
  readonly existed: boolean;
}

/**
 * Pushes an image under a tag, unless the registry has that tag: a tag names one image for ever. The archive is
 * pushed as it is, by the same program whoever built it, so the digest does not depend on the machine. A push that
 * was cut off has left no tag; the next one sends what is missing.
 * @param to `REGISTRY/NAME`
 * @throws UserError what the registry refuses, with the fix
 */
export async function pushImage(
  { archive }: Pick<BuiltImage, 'archive'>,
  to: string,
  tag: string,
  progress: Progress,
): Promise<PushedImage> {
  const destination = parseDestination(to);
  const tagged = `${destination.repository}:${parseTag(tag)}`;
  return progress.step(`Push ${tagged}`, (detail) =>
    withLogin(destination, async (env) => {
      const before = await digestOf(destination, tagged, env);
      if (before === undefined) {
        await goTool('crane', ['push', archive, tagged], { env, onLine: detail }).catch((error: unknown) => {
          throw refusal(destination, error);
        });
      }
      // Asked of the registry, not taken from the pusher: this is what the nodes will be told.
      const digest = before ?? (await digestOf(destination, tagged, env));
      if (digest === undefined) {
        throw new UserError(`${tagged} was pushed, and ${destination.registry} does not have it; push again`);
      }
      detail(before === undefined ? digest : `${digest}, which was there already`);
      return { image: `${destination.repository}@${digest}`, digest, tagged, existed: before !== undefined };
    }),
  );
}

/** Why nodes could not pull this image: what the registry says. Undefined when it is there. */
export async function obstacleToPulling(image: string): Promise<string | undefined> {
  const destination = parseDestination(image.replace(/@.*$/, '').replace(/:[^:/]*$/, ''));
  return withLogin(destination, async (env) => {
    const digest = await digestOf(destination, image, env);
    return digest === undefined ? `${destination.registry} does not have it; push it first` : undefined;
  });
}

/** Digest of what the registry has under this reference; undefined when it has nothing. */
async function digestOf(
  destination: Destination,
  reference: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    return await goTool('crane', ['digest', reference], { env });
  } catch (error) {
    if (error instanceof CommandFailed && isAbsence(error.output)) return undefined;
    throw refusal(destination, error);
  }
}

/** Whether a registry client speaks of something that is not there; ECR says so too when the repository is not. */
export function isAbsence(output: string): boolean {
  if (/NAME_UNKNOWN.*(?:dkr|repository with name)/i.test(output)) return false;
  return /MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/i.test(output);
}

/** What a registry refused, in a person's words and with the fix. */
export function refusal({ registry, repository, ecrRegion }: Destination, error: unknown): unknown {
  if (!(error instanceof CommandFailed)) return error;
  const said = error.output;
  const because = (text: string, fix: string) =>
    new UserError(`${repository}: ${text}\n  fix: ${fix}\n  the registry's client said: ${lastLine(said)}`, {
      cause: error,
    });
  if (
    /no such host|connection re(?:fused|set)|broken pipe|i\/o timeout|network is unreachable|EOF/i.test(said)
  ) {
    return because(
      `${registry} cannot be reached`,
      `check the name and the network: curl https://${registry}/v2/`,
    );
  }
  if (/x509|certificate|server gave HTTP response to HTTPS client/i.test(said)) {
    return because(
      `${registry} cannot be trusted`,
      'only loopback and private addresses are spoken to without TLS',
    );
  }
  if (/NAME_UNKNOWN/i.test(said) && ecrRegion !== undefined) {
    return because(
      'there is no such repository',
      `aws ecr create-repository, or deploy the stack that has it`,
    );
  }
  if (/UNAUTHORIZED|DENIED|401|403/i.test(said)) {
    const fix = ecrRegion === undefined ? `docker login ${registry}` : 'let this role push to the repository';
    return because(`${registry} does not let you do that`, fix);
  }
  if (/TAG_INVALID|immutable/i.test(said)) {
    return because('the tag is there already and cannot be changed', 'push under another --tag');
  }
  return error;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
