import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../process/run';
import { accountEnvironment } from './account';
import { layerPrograms } from './emulator';
import type { Stage } from './stage';

/**
 * Environment of a person's shell, or a build's, that works in the account: with `aws` and `kubectl`. The AWS CLI is
 * the one that the CDK brings for Lambdas.
 */
export async function commandLine({
  workspace,
  account,
  python,
  cluster,
}: Stage): Promise<Record<string, string | undefined>> {
  const layer = join(workspace.run, 'awscli');
  if (!existsSync(layer)) {
    const packages = join(workspace.checkout, 'node_modules', '@aws-cdk');
    await run('python3', [
      '-m',
      'zipfile',
      '-e',
      join(packages, 'asset-awscli-v1', 'lib', 'layer.zip'),
      layer,
    ]);
  }
  return {
    ...accountEnvironment(account),
    // What stands there for kubectl is for Lambdas, so it comes second; `aws` runs what the layer brings.
    PATH: [dirname(cluster.kubectl), workspace.bin, process.env['PATH']].join(':'),
    _LAMBDA_LAYERS_DIRS: layer,
    REHEARSAL_PROGRAMS: layerPrograms(),
    PYTHONPATH: python,
  };
}
