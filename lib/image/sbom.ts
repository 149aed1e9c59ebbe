import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../terminal/progress';
import { UserError } from '../terminal/user-error';
import type { BuiltImage } from './build';
import { goTool } from './go-tool';

/** The parts of SPDX 2.3 JSON that are read: https://spdx.github.io/spdx-spec/v2.3/ */
interface Sbom {
  readonly packages: readonly { readonly name: string; readonly versionInfo?: string }[];
}

/**
 * Writes what is in the image, down to the Go modules in its binary, as SPDX 2.3 JSON.
 * @param checkout folder that the image was built from
 * @param file absolute path
 * @returns how many packages it lists
 * @throws UserError it does not list the server itself, so whatever was looked into was not the image
 */
export async function writeSbom(
  { archive, reference }: Pick<BuiltImage, 'archive' | 'reference'>,
  checkout: string,
  file: string,
  progress: Progress,
): Promise<number> {
  return progress.step('List what is in the image', async (detail) => {
    const [name = '', version = ''] = reference.split(/:(?=[^:]*$)/);
    await goTool(
      'syft',
      [
        ...['scan', `docker-archive:${archive}`, '--output', `spdx-json=${file}`],
        ...['--source-name', name.split('/').at(-1) ?? name, '--source-version', version],
      ],
      { env: { SYFT_CHECK_FOR_APP_UPDATE: 'false' }, onLine: detail },
    );
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Sbom;
    const server = /^module\s+(\S+)/m.exec(readFileSync(join(checkout, 'server', 'go.mod'), 'utf8'))?.[1];
    if (!packages.some((one) => one.name === server)) {
      throw new UserError(
        `the list of what is in ${reference} does not name ${server} among ${packages.length} packages`,
      );
    }
    detail(`${packages.length} packages`);
    return packages.length;
  });
}
