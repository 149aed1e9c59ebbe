import { Resolver } from 'node:dns/promises';
import { GetHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { bad, good, ifThere, type Check, type Finding, type Subject } from '../check';

/** Milliseconds for one question to DNS. */
const DNS_TIMEOUT = 3000;

/** A certificate waits for its record to be seen in public DNS: half an hour, and then the deployment fails. */
export const hostedZone: Check = {
  title: 'hosted zone of the host name',
  applies: ({ settings }) => settings.hostedZoneId !== undefined,
  look: (subject) => lookAtZone(subject, nameServersInDns),
};

/** @param resolve asks public DNS for the name servers of a zone; undefined where DNS does not answer */
export async function lookAtZone(
  { settings, clients, stacks }: Subject,
  resolve: (zone: string) => Promise<readonly string[] | undefined>,
): Promise<Finding> {
  const { hostedZoneId: id = '', hostedZoneName: name = '', hostName = '' } = settings;
  const answer = await ifThere(clients.route53.send(new GetHostedZoneCommand({ Id: id })));
  const list = `'aws route53 list-hosted-zones' lists them`;
  if (answer === undefined) return bad(`hostedZoneId is ${id}, which this account does not have; ${list}`);
  const called = withoutDot(answer.HostedZone?.Name ?? '');
  if (called !== name) {
    return bad(`hostedZoneId is ${id}, which is the zone ${called}; hostedZoneName is ${name}; ${list}`);
  }
  if (answer.HostedZone?.Config?.PrivateZone === true) {
    return bad(
      `hostedZoneId is ${id}, a private zone; allowed: a public one, for the certificate is validated through it`,
    );
  }
  const servers = (answer.DelegationSet?.NameServers ?? []).map(withoutDot).sort();
  if (stacks.server === undefined) {
    const { ResourceRecordSets = [] } = await clients.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: id, StartRecordName: hostName, MaxItems: 5 }),
    );
    const taken = ResourceRecordSets.filter(
      ({ Name = '', Type = '' }) => withoutDot(Name) === hostName && /^(?:A|AAAA|CNAME)$/.test(Type),
    );
    if (taken.length > 0) {
      return bad(
        `hostName is ${hostName}, which has a record ${taken.map(({ Type }) => Type).join(', ')} already; allowed: a ` +
          'name without one, as the stack makes its own; fix: remove the record or choose another -c hostName',
      );
    }
  }
  const delegated = await resolve(name);
  if (delegated === undefined) {
    return { status: 'unknown', said: `${name} is ${id}; public DNS did not answer for it from here` };
  }
  if (!delegated.some((server) => servers.includes(withoutDot(server)))) {
    return bad(
      `public DNS has ${name} at ${delegated.join(', ') || 'no server'}, not at this zone's servers; allowed: ` +
        `${servers.join(', ')}; fix: name them at the registrar or in the zone above`,
    );
  }
  return good(`${name} is ${id}, and public DNS asks it`);
}

const withoutDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');

async function nameServersInDns(zone: string): Promise<readonly string[] | undefined> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT, tries: 1 });
  try {
    return await resolver.resolveNs(zone);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : undefined;
  }
}
