import { CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import type { Settings } from './settings';

/** Settings without a default that could be right for anyone, with an example of each. */
const NEEDED = {
  administrators: 'arn:aws:iam::123456789012:role/admin',
  clientCidrs: '203.0.113.0/24',
} as const;

/** The command line that gives what is missing; undefined when nothing is. */
export function whatIsMissing(settings: Settings): string | undefined {
  const missing = (Object.keys(NEEDED) as (keyof typeof NEEDED)[]).filter(
    (name) => settings[name].length === 0,
  );
  if (missing.length === 0) return undefined;
  const given = missing.map((name) => `-c ${name}=${NEEDED[name]}`).join(' ');
  return `Missing: ${missing.join(', ')}. Deploy with: npx cdk deploy --all ${given} (or set them in cdk.json)`;
}

/**
 * Makes CloudFormation refuse a stack whose settings are incomplete, with the command line that completes them.
 *
 * Synthesis cannot refuse: the CDK app is run in the same way for `synth`, `diff`, `destroy` and `deploy`, and only
 * the last one needs these settings. A rule is checked when a change set is made, before any resource is touched.
 * Rules may speak of parameters only, hence the comparison with the one that each CDK template has.
 */
export function refuseDeploymentWhileMissing(stack: Stack, settings: Settings): void {
  const missing = whatIsMissing(settings);
  if (missing === undefined) return;
  new CfnRule(stack, 'SettingsNeededToDeploy', {
    assertions: [
      { assert: Fn.conditionEquals(Fn.ref('BootstrapVersion'), 'given'), assertDescription: missing },
    ],
  });
}
