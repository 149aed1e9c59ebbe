import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { accountWith, withDomain, withPipeline } from '../account/templates';

/** What differs between templates: each of these is checked. */
export const variants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'arm64, three zones, with a pipeline that asks for approval': {
    ...withPipeline,
    releaseApproval: 'on',
    notifyEmails: 'oncall@example.com',
  },
  'x86_64, two zones, with a domain and an open endpoint': {
    ...withDomain,
    architecture: 'x86_64',
    availabilityZones: 'eu-central-1a,eu-central-1b',
    endpointCidrs: '203.0.113.0/24',
    dataOnDestroy: 'delete',
    deletionProtection: 'on',
  },
};

/** Writes the templates of every variant and returns the files. */
export function templateFiles(): string[] {
  return Object.values(variants).flatMap((context) => {
    const assembly = accountWith(context).app.synth();
    return readdirSync(assembly.directory)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => join(assembly.directory, name));
  });
}
