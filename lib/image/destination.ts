import { UserError } from '../terminal/user-error';

/** A repository of a registry: where images are pushed. */
export interface Destination {
  /** Host, with a port where it has one: `ttl.sh`, `10.101.0.1:5000`. */
  readonly registry: string;
  /** Registry and name, as they begin a reference. */
  readonly repository: string;
  /** Region of ECR, where the registry is one. */
  readonly ecrRegion?: string;
}

// https://github.com/distribution/reference: what comes first is a registry if it has a dot or a port, or is localhost.
const REGISTRY = /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))(?::\d+)?$/;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const ECR = /^\d{12}\.dkr[.-]ecr\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/;

/** @throws UserError the text is not REGISTRY/NAME */
export function parseDestination(text: string): Destination {
  const [registry = '', ...rest] = text.split('/');
  const name = rest.join('/');
  if (!REGISTRY.test(registry) || !NAME.test(name)) {
    const hint = /[:@][^/]*$/.test(name) ? '; leave the tag out, or give it with --tag' : '';
    throw new UserError(
      `'${text}' is not a place to push to; allowed: REGISTRY/NAME in lower case, such as ttl.sh/berth-example${hint}`,
      { exitCode: 2 },
    );
  }
  const region = ECR.exec(registry)?.[1];
  return {
    registry,
    repository: `${registry}/${name}`,
    ...(region === undefined ? {} : { ecrRegion: region }),
  };
}

/** @throws UserError the text is no tag */
export function parseTag(text: string): string {
  if (TAG.test(text)) return text;
  throw new UserError(
    `'${text}' is not a tag; allowed: 1 to 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'`,
    { exitCode: 2 },
  );
}
