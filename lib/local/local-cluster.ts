import { UserError } from '../terminal/user-error';
import { adminKubeconfig, program } from './control-plane';
import type { FrontDoor } from './front-door';
import { zoneOf } from './node';
import { placeOf, type Place } from './place';
import { readState, type ClusterState } from './state';
import { nodeAddress } from './subnet';

/** A Kubernetes on this machine, which belongs to one checkout. */
export interface LocalCluster {
  readonly id: string;
  readonly stateDirectory: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly nodes: readonly LocalNode[];
  readonly frontDoor: FrontDoor;
}

export interface LocalNode {
  readonly name: string;
  /** Reached from this machine, as are its pods' addresses. */
  readonly address: string;
  readonly zone: string;
}

/** The cluster as those see it who use it. */
export function describeCluster(place: Place, state: ClusterState): LocalCluster {
  return {
    id: place.id,
    stateDirectory: place.state,
    kubeconfig: adminKubeconfig(place),
    kubectl: program(state.parts, 'kubectl'),
    nodes: Array.from({ length: state.nodes }, (_, i) => ({
      name: `node-${i + 1}`,
      address: nodeAddress(state.net, i + 1),
      zone: zoneOf(i + 1),
    })),
    frontDoor: state.frontDoor,
  };
}

/**
 * The cluster as those see it who change it, or what runs on it.
 * @throws UserError it has been removed meanwhile
 */
export function stateOf(cluster: LocalCluster): { readonly place: Place; readonly state: ClusterState } {
  const state = readState(cluster.stateDirectory);
  if (!state) throw new UserError(`the local Kubernetes ${cluster.id} is gone; start it with 'bin/berth up'`);
  return { place: placeOf(state.checkout), state };
}
