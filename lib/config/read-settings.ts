import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { UserError } from '../terminal/user-error';
import { allowedVersions, refusal } from './kubernetes-version';
import { nearest } from './nearest';
import { DEFAULT_INSTANCE_TYPES, schema, settingNames, type Settings } from './settings';

/** Keys that are the CDK's own, not settings: namespaced ones and those its CLI puts in. */
const isOfTheCdk = (key: string) => key.startsWith('@') || key.includes(':') || key === 'cli-telemetry';

/**
 * Reads the settings from the context of a CDK app.
 * @throws UserError with every problem found: the setting, its value, what is allowed, the fix; exit status 2
 */
export function readSettings(context: Readonly<Record<string, unknown>>): Settings {
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => !isOfTheCdk(key)));
  const parsed = schema.safeParse(own);
  const problems: string[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      if (issue.code === 'unrecognized_keys') problems.push(...issue.keys.map(unknownKey));
      else problems.push(`${describe(issue.path, own)}; ${issue.message}`);
    }
  }
  // What is sound by itself is looked at together even where another setting is not.
  const bad = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0]));
  const sound = schema.safeParse(
    Object.fromEntries(
      Object.entries(own).filter(([key]) => settingNames.includes(key as never) && !bad.has(key)),
    ),
  );
  if (sound.success) {
    const settings = complete(sound.data);
    problems.push(
      ...combinations(settings)
        .filter(({ about }) => !bad.has(about))
        .map(({ text }) => text),
    );
    if (problems.length === 0) return settings;
  }
  throw new UserError(message(problems), { exitCode: 2 });
}

function complete(given: ReturnType<typeof schema.parse>): Settings {
  return {
    ...given,
    availabilityZones: given.availabilityZones ?? ['a', 'b', 'c'].map((letter) => given.region + letter),
    instanceTypes: given.instanceTypes ?? [...DEFAULT_INSTANCE_TYPES[given.architecture]],
  };
}

interface Problem {
  /** The setting to change. */
  readonly about: keyof Settings;
  readonly text: string;
}

/** What no setting can say by itself. */
function combinations(settings: Settings): Problem[] {
  const found: Problem[] = [];
  const problem = (about: keyof Settings, allowed: string) => {
    found.push({ about, text: `${describe([about], settings)}; ${allowed}` });
  };
  const { region, availabilityZones: zones, architecture, kubernetesVersion: version } = settings;
  const refused = refusal(version);
  if (refused !== undefined) {
    problem('kubernetesVersion', `${refused}; allowed: ${allowedVersions().join(', ')}`);
  }
  if (zones.length < 2 || zones.length > 3) problem('availabilityZones', 'allowed: two or three zones');
  const elsewhere = zones.filter((zone) => zone.slice(0, -1) !== region);
  if (elsewhere.length > 0) {
    problem(
      'availabilityZones',
      `${elsewhere.join(', ')} is not in region ${region}; allowed: ${region}a, ${region}b, …`,
    );
  }
  const wrong = settings.instanceTypes.filter((type) => architectureOf(type) !== architecture);
  if (settings.instanceTypes.length === 0) problem('instanceTypes', 'allowed: at least one instance type');
  if (wrong.length > 0) {
    problem(
      'instanceTypes',
      `${wrong.join(', ')} is not of architecture ${architecture}; allowed: types such as ` +
        `${DEFAULT_INSTANCE_TYPES[architecture].join(', ')}, or another -c architecture`,
    );
  }
  if (settings.maxNodesPerZone < settings.nodesPerZone) {
    problem('maxNodesPerZone', `allowed: ${settings.nodesPerZone} (nodesPerZone) or more`);
  }
  const domain = (['hostName', 'hostedZoneName', 'hostedZoneId'] as const).filter(
    (name) => settings[name] !== undefined,
  );
  for (const name of ['hostName', 'hostedZoneName', 'hostedZoneId'] as const) {
    if (domain.length > 0 && settings[name] === undefined) {
      problem(name, `allowed: ${name} together with ${domain.join(' and ')}, or none of the three`);
    }
  }
  const { hostName, hostedZoneName } = settings;
  // Below, not at it: what points at the load balancer is a CNAME, which the name of a zone cannot have (RFC 1034, 3.6.2).
  if (hostName !== undefined && hostedZoneName !== undefined && !hostName.endsWith(`.${hostedZoneName}`)) {
    problem('hostName', `allowed: a name below ${hostedZoneName} (hostedZoneName)`);
  }
  // https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitFilePathFilterCriteria.html
  if (settings.sourcePaths.length < 1 || settings.sourcePaths.length > 8) {
    problem('sourcePaths', 'allowed: one to eight patterns');
  }
  if (settings.sourceRepository === undefined && settings.sourceConnectionArn !== undefined) {
    problem('sourceRepository', 'allowed: OWNER/NAME of the repository that sourceConnectionArn reaches');
  }
  return found;
}

function architectureOf(instanceType: string): string {
  return new InstanceType(instanceType).architecture;
}

function unknownKey(key: string): string {
  const near = nearest(key, settingNames);
  return `'${key}' is not a setting; ${near === undefined ? `allowed: ${settingNames.join(', ')}` : `did you mean '${near}'?`}`;
}

function describe(path: readonly PropertyKey[], values: Readonly<Record<string, unknown>>): string {
  const [name, ...rest] = path;
  let value: unknown = values[String(name)];
  for (const part of rest) {
    // The text of a list is split before its items are looked at.
    const list = typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value;
    value = (list as Record<PropertyKey, unknown> | undefined)?.[part];
  }
  return value === undefined ? `${String(name)} is missing` : `${String(name)} is ${JSON.stringify(value)}`;
}

function message(problems: readonly string[]): string {
  const fix = 'Settings are in "context" of cdk.json, or given as -c name=value.';
  return problems.length === 1
    ? `${problems[0]}. ${fix}`
    : [`${problems.length} settings are wrong:`, ...problems.map((one) => `  ${one}`), fix].join('\n');
}
