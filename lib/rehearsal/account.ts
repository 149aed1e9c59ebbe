import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { run } from '../process/run';

/** The emulated account: its number, and the region everything is in. */
export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** Name under which nodes pull images, as the account's ECR has it. */
export const REGISTRY_HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How long an answer may take, in milliseconds: whoever ends the rehearsal waits for what is asked. */
const PATIENCE = 30_000;

/** Keeps the SDK from announcing when it will drop a version of Node.js. */
const NO_ANNOUNCEMENT = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** The emulator takes its account's number for a root user's key. */
export const ROOT: Keys = { accessKeyId: ACCOUNT, secretAccessKey: 'rehearsal' };

/** How programs reach the emulated account, and only that. */
export interface Account {
  /** `https://localhost:PORT`. */
  readonly endpoint: string;
  /** PEM file of the authority that signed the emulator's certificate. */
  readonly authority: string;
  readonly keys: Keys;
}

/**
 * Environment of a program that works in the account. A person's own credentials, profiles and proxies are taken away:
 * nothing that the rehearsal starts can reach a real account, whatever is set in the shell it was started from.
 */
export function accountEnvironment(account: Account): Record<string, string | undefined> {
  const theirs = Object.keys(process.env).filter((name) =>
    /^(?:AWS|CDK|MINISTACK|LAMBDA)_|_proxy$/i.test(name),
  );
  return {
    ...Object.fromEntries(theirs.map((name) => [name, undefined])),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: account.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.keys.secretAccessKey,
    AWS_ENDPOINT_URL: account.endpoint,
    ...nobodyElse(account.authority),
  };
}

/** What keeps SDKs and the AWS CLI from trusting anyone else and from finding other credentials. */
export function nobodyElse(authority: string): Record<string, string> {
  return {
    AWS_CA_BUNDLE: authority,
    NODE_EXTRA_CA_CERTS: authority,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    [NO_ANNOUNCEMENT]: 'true',
  };
}

/** Settings of this program's own SDK clients. */
export function clientSettings(account: Account) {
  process.env[NO_ANNOUNCEMENT] = 'true';
  return {
    region: REGION,
    endpoint: account.endpoint,
    credentials: account.keys,
    requestHandler: {
      httpsAgent: new Agent({ ca: readFileSync(account.authority) }),
      requestTimeout: PATIENCE,
      throwOnRequestTimeout: true, // It only warns otherwise.
    },
  };
}

/** Makes the user who deploys, an administrator as `cdk bootstrap` asks for; the root user is used for nothing else. */
export async function createDeployer(account: Account, python: string): Promise<Keys> {
  const made = await askAccount(account, python, 'deployer');
  return made as Keys;
}

/** What is in the account: resource names by kind. */
export async function inventory(account: Account, python: string): Promise<Record<string, string[]>> {
  return (await askAccount(account, python, 'inventory')) as Record<string, string[]>;
}

async function askAccount(account: Account, python: string, script: string): Promise<unknown> {
  const env = { ...accountEnvironment(account), PYTHONPATH: python };
  return JSON.parse(await run('python3', [join(EMULATOR_SOURCE, `${script}.py`)], { env }));
}

export const EMULATOR_SOURCE = join(__dirname, 'emulator');
