import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { accountApp } from '../lib/account/account-app';
import { ClusterChecks } from '../lib/account/cluster-rules';
import { readSettings } from '../lib/config/read-settings';
import { UserError } from '../lib/terminal/user-error';

// What `cdk` runs (see cdk.json): makes the stacks from the settings and leaves their templates in cdk.out.
try {
  const app = new App();
  accountApp(app, readSettings(app.node.getAllContext() as Record<string, unknown>));
  // Findings without a reason in lib/account/acknowledgements.ts end the synthesis, and so any deployment.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ClusterChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`berth: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
