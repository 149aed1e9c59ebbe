import { isDeepStrictEqual } from 'node:util';
import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import { kubernetesRelease } from '../../config/kubernetes-version';
import { names } from '../../config/names';
import { UserError } from '../../terminal/user-error';
import { clientSettings } from '../account';
import { DEPLOY, type Deployed, type Scene } from '../scene';
import { replacements, updatedTypes, upgradeProblems } from '../upgrade-order';

/**
 * The next version of Kubernetes: what `cdk diff` plans replaces nothing, and nodes come after the control plane.
 * @param assembly directory of the app with that version
 */
export async function upgrade(
  scene: Scene,
  { server, host, items }: Deployed,
  version: string,
  assembly: string,
  seen: (text: string) => void,
  detail: (text: string) => void,
): Promise<void> {
  const { cdk, stacks } = scene;
  const before = await server.running();
  // By what is said of each property of a type: the emulator's change sets do not know what replaces a resource.
  const plan = await cdk.run('upgrade', ['diff', '--method', 'template', '--app', assembly], detail);
  const replaced = replacements(plan);
  if (replaced.length > 0) throw new UserError(`the upgrade would replace ${replaced.join(', ')}`);
  seen('cdk diff plans no replacement but that of the layer with kubectl');
  await cdk.run('upgrade', [...DEPLOY, '--all', '--app', assembly], detail);
  const events = await stacks.lastUpdate(names.stacks.platform);
  const problems = upgradeProblems(events);
  if (problems.length > 0) throw new UserError(`the upgrade went in the wrong order: ${problems.join('; ')}`);
  seen(`updated in this order: ${updatedTypes(events).join(', ')}`);
  seen(await versions(scene, version));
  const after = await server.running();
  if (!isDeepStrictEqual(before, after)) throw new UserError('pods were touched by the upgrade itself');
  seen(
    `${await server.assertKept(host, items)} of ${items.length} items unchanged, ${after.length} pods not touched`,
  );
}

/** That control plane, nodes and add-ons have the version that was asked for. */
async function versions({ stage }: Scene, wanted: string): Promise<string> {
  const eks = new EKSClient(clientSettings(stage.account));
  const clusterName = names.cluster;
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName }));
  const { nodegroups = [] } = await eks.send(new ListNodegroupsCommand({ clusterName }));
  const addons = Object.entries({ ...kubernetesRelease(wanted).addons });
  const found = [
    { what: 'the control plane', has: cluster?.version, wants: wanted },
    ...(await Promise.all(
      nodegroups.map(async (nodegroupName) => {
        const { nodegroup } = await eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
        return { what: `node group ${nodegroupName}`, has: nodegroup?.version, wants: wanted };
      }),
    )),
    ...(await Promise.all(
      addons.map(async ([addonName, wants]) => {
        const { addon } = await eks.send(new DescribeAddonCommand({ clusterName, addonName }));
        return { what: `add-on ${addonName}`, has: addon?.addonVersion, wants };
      }),
    )),
  ];
  const wrong = found.filter(({ has, wants }) => has !== wants);
  if (wrong.length > 0) {
    throw new UserError(
      wrong.map(({ what, has, wants }) => `${what} has version ${has ?? 'unknown'}, not ${wants}`).join('; '),
    );
  }
  return `control plane, ${nodegroups.length} node groups and ${addons.length} add-ons have the versions of ${wanted}`;
}
