/**
 * The annotations of the AWS Load Balancer Controller that the Ingress uses, as a closed set of typed values.
 *
 * The controller ignores a misspelt annotation without a word: `inbound-cidr` for `inbound-cidrs` opens the load
 * balancer to the world. So names are written once, here, and values are checked where the names are.
 * Reference: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
 */
export interface AlbSettings {
  readonly scheme: 'internet-facing' | 'internal';
  /** Path the target group asks; starts with a slash. */
  readonly healthCheckPath: string;
  /** Seconds between two health checks, 5 to 300. */
  readonly healthCheckIntervalSeconds: number;
  /** Health checks in a row that decide, 2 to 10. */
  readonly healthCheckThreshold: number;
  /** Seconds a target that goes is still sent the answers it owes, 0 to 3600. */
  readonly deregistrationSeconds: number;
  /** Seconds a connection may be silent, 1 to 4000; shorter than the server's own. */
  readonly idleSeconds: number;
  /** CIDR blocks clients may come from; at least one, as the controller's default is everyone. */
  readonly clientCidrs: readonly string[];
  /** Where to write who asked for what. A bucket is needed: the controller accepts logs without one and writes none. */
  readonly accessLogs: AccessLogSettings;
  /** ARN of the certificate for HTTPS, to which HTTP is then redirected. Plain HTTP when absent. */
  readonly certificateArn?: string;
}

export interface AccessLogSettings {
  /** Name of the S3 bucket. */
  readonly bucket: string;
  /** Key prefix in it, without slashes at its ends. */
  readonly prefix: string;
}

const PREFIX = 'alb.ingress.kubernetes.io';

/** @throws RangeError naming the setting, its value and what is allowed */
export function albAnnotations(settings: AlbSettings): Record<string, string> {
  if (!settings.healthCheckPath.startsWith('/')) {
    throw new RangeError(
      `healthCheckPath is '${settings.healthCheckPath}'; allowed: a path that starts with '/'`,
    );
  }
  if (settings.clientCidrs.length === 0) {
    throw new RangeError(
      "clientCidrs is empty; allowed: at least one CIDR block, ['0.0.0.0/0'] to admit everyone",
    );
  }
  const { bucket, prefix } = settings.accessLogs;
  if (bucket === '' || prefix === '' || /^\/|\/$/.test(prefix)) {
    throw new RangeError(
      `accessLogs is bucket '${bucket}', prefix '${prefix}'; allowed: both, the prefix without slashes at its ends`,
    );
  }
  const interval = within('healthCheckIntervalSeconds', settings.healthCheckIntervalSeconds, 5, 300);
  const threshold = within('healthCheckThreshold', settings.healthCheckThreshold, 2, 10);
  const deregistration = within('deregistrationSeconds', settings.deregistrationSeconds, 0, 3600);
  const idle = within('idleSeconds', settings.idleSeconds, 1, 4000);
  return {
    [`${PREFIX}/scheme`]: settings.scheme,
    [`${PREFIX}/target-type`]: 'ip',
    [`${PREFIX}/healthcheck-path`]: settings.healthCheckPath,
    [`${PREFIX}/healthcheck-interval-seconds`]: interval,
    [`${PREFIX}/healthcheck-timeout-seconds`]: String(Math.min(5, settings.healthCheckIntervalSeconds - 1)),
    [`${PREFIX}/healthy-threshold-count`]: threshold,
    [`${PREFIX}/unhealthy-threshold-count`]: threshold,
    [`${PREFIX}/success-codes`]: '200',
    // Always stated: taking an attribute away leaves its old value on the target group.
    [`${PREFIX}/target-group-attributes`]: `deregistration_delay.timeout_seconds=${deregistration}`,
    [`${PREFIX}/load-balancer-attributes`]: [
      `idle_timeout.timeout_seconds=${idle}`,
      'routing.http.drop_invalid_header_fields.enabled=true',
      'access_logs.s3.enabled=true',
      `access_logs.s3.bucket=${bucket}`,
      `access_logs.s3.prefix=${prefix}`,
    ].join(','),
    [`${PREFIX}/inbound-cidrs`]: settings.clientCidrs.join(','),
    ...listeners(settings.certificateArn),
  };
}

function listeners(certificateArn: string | undefined): Record<string, string> {
  if (certificateArn === undefined) return { [`${PREFIX}/listen-ports`]: '[{"HTTP": 80}]' };
  return {
    [`${PREFIX}/listen-ports`]: '[{"HTTP": 80}, {"HTTPS": 443}]',
    [`${PREFIX}/ssl-redirect`]: '443',
    [`${PREFIX}/certificate-arn`]: certificateArn,
    [`${PREFIX}/ssl-policy`]: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  };
}

function within(name: string, value: number, least: number, most: number): string {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} is ${value}; allowed: a whole number from ${least} to ${most}`);
  }
  return String(value);
}
