import { lineThatMatters } from '../process/line-that-matters';
import { CommandFailed } from '../process/run';
import { kubeconfigFile, onNode, program, runOnNode, type Rising } from './control-plane';
import { recordedDaemons, startDaemon, waitWhileRunning, type Daemon } from './daemon';
import type { Place } from './place';
import { nodesCidr, SERVICES } from './subnet';
import { NETWORK_POLICIES } from './system/network-policies';

/** Every kind of set and rule that it takes, made and removed again. */
const TRIAL = `
ipset create berth hash:ip timeout 0
iptables -N BERTH
iptables -A BERTH -m set --match-set berth src -m addrtype --src-type LOCAL -m mark --mark 0x10000/0x10000 -j RETURN
iptables -A BERTH -m physdev --physdev-is-bridged -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A BERTH -p tcp -m multiport --dports 1:2 -m comment --comment berth -j MARK --set-xmark 0x10000/0x10000
iptables -A BERTH -m limit --limit 10/minute -j NFLOG --nflog-group 100
iptables -A BERTH -j REJECT
iptables -F BERTH
iptables -X BERTH
ipset destroy berth
iptables -t mangle -S PREROUTING
`;

/** Why this machine's kernel cannot enforce NetworkPolicies, if it cannot: those of some containers and sandboxes. */
export async function whyNotEnforced(place: Place): Promise<string | undefined> {
  try {
    await runOnNode(place, 1, ['sh', '-ec', TRIAL]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return lineThatMatters(error.output) ?? error.message;
  }
}

/** Whether they are enforced on a cluster that is up: it was found out for all nodes on the first, which is never stopped. */
export function enforcesNetworkPolicies(place: Place): boolean {
  return recordedDaemons(place).some(({ name }) => name === `${NETWORK_POLICIES}-1`);
}

/** Starts what closes the node's pods as NetworkPolicies say. Nodes and this machine are let in, as a pod's own node is. */
export function startNetworkPolicies({ place, parts, net, boot }: Rising, n: number): Daemon {
  return startDaemon(place, boot, `${NETWORK_POLICIES}-${n}`, [
    ...onNode(place, n),
    program(parts, NETWORK_POLICIES),
    `--kubeconfig=${kubeconfigFile(place, NETWORK_POLICIES)}`,
    `--node=node-${n}`,
    `--nodes=${nodesCidr(net)}`,
    `--services=${SERVICES.cidr}`,
  ]);
}

/** Its chain ends with the rule that lets pass what policies admit once all rules have been made for the first time. */
export async function waitForNetworkPolicies(
  { place }: Rising,
  daemons: readonly Daemon[],
  n: number,
): Promise<void> {
  const made = async () => {
    const rules = await runOnNode(place, n, ['iptables', '--list-rules', 'KUBE-ROUTER-FORWARD']);
    return / -j ACCEPT$/.test(rules) || undefined;
  };
  await waitWhileRunning(place, daemons, `NetworkPolicies on node ${n}`, made, { seconds: 60, every: 300 });
}
