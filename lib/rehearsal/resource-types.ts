import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../terminal/user-error';

/** Resource types by who emulates them, as the emulator tells when it starts. */
export interface EmulatedTypes {
  /** Of the emulator itself. */
  readonly emulated: readonly string[];
  /** Added by the rehearsal, with the reason and what stands behind each. */
  readonly added: Readonly<Record<string, string>>;
}

/** What an app's templates ask of the emulator. */
export interface TypesInUse {
  readonly count: number;
  /** Those that the emulator lacks, with the reason why they may be rehearsed all the same. */
  readonly added: Readonly<Record<string, string>>;
}

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string }>>;
}

/** Custom resources are whatever their Lambda makes of them, and the Lambda runs. */
const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/**
 * Looks up every resource type of the templates.
 * @throws UserError one is neither the emulator's nor on the list of those added
 */
export function typesInUse(templates: readonly Template[], known: EmulatedTypes): TypesInUse {
  const used = [
    ...new Set(templates.flatMap(({ Resources = {} }) => Object.values(Resources).map(({ Type }) => Type))),
  ].sort();
  const unknown = used.filter(
    (type) => !isCustom(type) && !known.emulated.includes(type) && known.added[type] === undefined,
  );
  if (unknown.length > 0) {
    throw new UserError(
      `the emulated account knows no ${unknown.join(', no ')}; allowed: types of MiniStack, and those that lib/rehearsal/emulator/added_types adds, each with its reason`,
    );
  }
  const added = used.flatMap((type) => {
    const reason = known.added[type];
    return reason === undefined ? [] : [[type, reason] as const];
  });
  return { count: used.length, added: Object.fromEntries(added) };
}

/** The templates of a cloud assembly. */
export function readTemplates(assembly: string): Template[] {
  return readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => JSON.parse(readFileSync(join(assembly, file), 'utf8')) as Template);
}

export function readEmulatedTypes(run: string): EmulatedTypes {
  return JSON.parse(readFileSync(join(run, 'types.json'), 'utf8')) as EmulatedTypes;
}
