import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { Stacks } from '../../lib/account/stacks';
import { clientSettings } from '../../lib/rehearsal/account';
import { Cdk } from '../../lib/rehearsal/cdk';
import { onStage, type Stage } from '../../lib/rehearsal/stage';
import { workspaceIn, type Workspace } from '../../lib/rehearsal/workspace';
import { silent } from '../../lib/terminal/progress';

/** An emulated account of a test's own, until it leaves it. */
export interface SetStage {
  readonly stage: Stage;
  readonly cdk: Cdk;
  readonly stacks: Stacks;
  /** Ends all that runs there and removes what it wrote. */
  leave(): Promise<void>;
}

/** Where the account of this name is: not where `bin/berth rehearse` is, and where whoever runs the tests clears up. */
export function stageOf(name: string): Workspace {
  const stages = process.env['BERTH_STAGES'];
  if (stages === undefined)
    throw new Error("BERTH_STAGES is not set: these tests run in 'bin/berth test --only rehearsed'");
  return workspaceIn(join(stages, name), join(__dirname, '..', '..'));
}

/** @param clusterName name of the EKS cluster that the test's app makes */
export async function setStage(clusterName: string): Promise<SetStage> {
  const workspace = stageOf(clusterName);
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  return new Promise((resolve, reject) => {
    const ended = onStage(workspace, clusterName, silent, (stage) => {
      resolve({
        stage,
        cdk: new Cdk(workspace, stage.account),
        stacks: new Stacks(new CloudFormationClient(clientSettings(stage.account))),
        leave: () => {
          end();
          return ended;
        },
      });
      return over;
    });
    ended.catch(reject);
  });
}
