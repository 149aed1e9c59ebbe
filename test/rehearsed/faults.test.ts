import { join } from 'node:path';
import { DisassociateAccessPolicyCommand, EKSClient, ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { CommandFailed } from '../../lib/process/run';
import { clientSettings } from '../../lib/rehearsal/account';
import { readEmulatedTypes, readTemplates, typesInUse } from '../../lib/rehearsal/resource-types';
import { DEPLOY } from '../../lib/rehearsal/scene';
import { setStage, type SetStage } from './set-stage';

// What a rehearsal is worth is what it refuses. A small app with one fault a stack, on a stage of its own.
const probe = `node --require tsx/cjs ${join(__dirname, 'probe', 'app.ts')}`;
const quiet = () => undefined;

let set: SetStage;
let assembly: string;

beforeAll(async () => {
  set = await setStage('probe');
  assembly = join(set.stage.workspace.run, 'probe.out');
  await set.cdk.run('synth', ['synth', '--quiet', '--app', probe, '--output', assembly], quiet);
  await set.cdk.bootstrap(quiet);
  await deploy('probe-cluster');
});

afterAll(() => set.leave());

async function deploy(stack: string): Promise<void> {
  await set.cdk.run(stack, [...DEPLOY, stack, '--exclusively', '--app', assembly], quiet);
}

/** Why the deployment of a stack fails: what the first resource says, or the command line before there is any. */
async function failure(stack: string): Promise<string> {
  const outcome = await deploy(stack).then(
    () => 'nothing failed',
    (error: unknown) => {
      if (error instanceof CommandFailed) return error.output;
      throw error;
    },
  );
  const reason = await set.stacks.reasonOfFailure(stack).catch(() => '');
  // Messages come through Python's repr and JSON, each of which puts backslashes before quotes.
  return `${outcome}\n${reason}`.replaceAll('\\', '');
}

test('what is sound is deployed, and is in the cluster', async () => {
  await deploy('probe-sound');
  expect(await set.stage.api.get('/api/v1/namespaces/probe/configmaps/probe')).toMatchObject({
    kind: 'ConfigMap',
  });
});

test('an object whose namespace nobody waits for is seen', async () => {
  expect(await failure('probe-out-of-order')).toContain('namespaces "later" not found');
});

test('a chart of a version that nothing stands in for is not found', async () => {
  expect(await failure('probe-chart-version')).toContain('1.0.0');
});

test('a misspelt value of a chart is refused', async () => {
  const why = await failure('probe-chart-value');
  expect(why).toContain("additional properties 'clustrName' not allowed");
});

test('a resource type that nobody emulates is named before anything is deployed, and refused by the emulator as well', async () => {
  const known = readEmulatedTypes(set.stage.workspace.run);
  expect(() => typesInUse(readTemplates(assembly), known)).toThrow('knows no AWS::Budgets::Budget;');
  expect(await failure('probe-unknown-type')).toContain('AWS::Budgets::Budget');
});

test('a role without its access policy may do nothing in the cluster', async () => {
  const eks = new EKSClient(clientSettings(set.stage.account));
  const { accessEntries = [] } = await eks.send(new ListAccessEntriesCommand({ clusterName: 'probe' }));
  for (const principalArn of accessEntries) {
    const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
    await eks.send(new DisassociateAccessPolicyCommand({ clusterName: 'probe', principalArn, policyArn }));
  }
  expect(await failure('probe-denied')).toContain('is forbidden');
  expect(await set.stage.api.get('/api/v1/namespaces/denied')).toBeUndefined();
});
