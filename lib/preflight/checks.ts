import type { Check } from './check';
import { addresses } from './before/addresses';
import { administrators } from './before/administrators';
import { bootstrap } from './before/bootstrap';
import { hostedZone } from './before/hosted-zone';
import { immutableFields } from './before/immutable-fields';
import { instanceTypes } from './before/instance-types';
import { addonVersions, kubernetesVersion } from './before/kubernetes';
import { namesTaken } from './before/names-taken';
import { neededToDeploy } from './before/needed-to-deploy';
import { elasticIpQuota, vcpuQuota, vpcQuota } from './before/quotas';
import { zones } from './before/zones';
import { addons } from './deployed/addons';
import { image } from './deployed/image';
import { leftovers } from './deployed/leftovers';
import { loadBalancer } from './deployed/load-balancer';
import { nodes } from './deployed/nodes';
import { pipeline } from './deployed/pipeline';
import { podIdentity } from './deployed/pod-identity';
import { stacks } from './deployed/stacks';
import { volumes } from './deployed/volumes';

/** Every question, in the order in which the answers are shown. */
export const checksOfAccount: readonly Check[] = [
  // Before anything is made.
  neededToDeploy,
  administrators,
  zones,
  bootstrap,
  kubernetesVersion,
  addonVersions,
  instanceTypes,
  vcpuQuota,
  vpcQuota,
  elasticIpQuota,
  addresses,
  hostedZone,
  namesTaken,
  immutableFields,
  // Once it is there.
  stacks,
  addons,
  nodes,
  podIdentity,
  volumes,
  image,
  loadBalancer,
  pipeline,
  // Once it is gone.
  leftovers,
];
