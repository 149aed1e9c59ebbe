import { App } from 'aws-cdk-lib';
import { accountApp } from '../lib/account/account-app';
import { readSettings } from '../lib/config/read-settings';
import { UserError } from '../lib/terminal/user-error';

// What `cdk` runs (see cdk.json): makes the stacks from the settings and leaves their templates in cdk.out.
try {
  const app = new App();
  accountApp(app, readSettings(app.node.getAllContext() as Record<string, unknown>));
  app.synth();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`berth: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
