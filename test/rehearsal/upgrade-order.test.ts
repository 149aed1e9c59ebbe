import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { replacements, updatedTypes, upgradeProblems } from '../../lib/rehearsal/upgrade-order';

const CLUSTER = 'AWS::EKS::Cluster';
const NODES = 'AWS::EKS::Nodegroup';
const event = (ResourceType: string, step: 'IN_PROGRESS' | 'COMPLETE') =>
  ({ ResourceType, ResourceStatus: `UPDATE_${step}` }) as StackEvent;
const update = (type: string) => [event(type, 'IN_PROGRESS'), event(type, 'COMPLETE')];

describe('the order of an upgrade', () => {
  test('is right when the nodes begin after the control plane has ended', () => {
    expect(upgradeProblems([...update(CLUSTER), ...update(NODES), ...update(NODES)])).toEqual([]);
  });

  test('is wrong when a node group begins while the control plane is still at it', () => {
    const events = [event(CLUSTER, 'IN_PROGRESS'), ...update(NODES), event(CLUSTER, 'COMPLETE')];
    expect(upgradeProblems(events)).toEqual([
      'a node group began its update before the control plane had ended its own',
    ]);
  });

  test('is wrong when a part was not updated at all', () => {
    expect(upgradeProblems(update(CLUSTER))).toEqual([`no ${NODES} was updated`]);
  });

  test('is told by types, each once', () => {
    const events = [...update(CLUSTER), ...update(NODES), ...update(NODES)];
    expect(updatedTypes(events)).toEqual([CLUSTER, NODES]);
  });
});

describe('a plan', () => {
  test('without replacements has none', () => {
    expect(
      replacements('Resources\n[~] AWS::EKS::Cluster Cluster\n └─ [~] Version\n     ├─ [-] 1.35\n'),
    ).toEqual([]);
  });

  test('tells what would be made anew or be gone', () => {
    const diff = [
      '[~] AWS::EKS::Cluster Cluster ClusterA replace',
      '[-] AWS::KMS::Key Key KeyA destroy',
      '[+] AWS::S3::Bucket New NewA',
      '[~] AWS::EKS::Addon Addon AddonA',
    ];
    expect(replacements(diff.join('\n'))).toEqual(diff.slice(0, 2));
  });

  test('tells what may be made anew as well', () => {
    const line = '[~] AWS::EKS::Nodegroup Nodes/ZoneA NodesA may be replaced';
    expect(replacements(line)).toEqual([line]);
  });

  test('says nothing of a layer, of which each version stays what it was', () => {
    expect(replacements('[~] AWS::Lambda::LayerVersion ControlPlane/KubectlLayer LayerA replace')).toEqual(
      [],
    );
    const gone = '[-] AWS::Lambda::LayerVersion ControlPlane/KubectlLayer LayerA destroy';
    expect(replacements(gone)).toEqual([gone]);
  });
});
