import { InvalidArgumentError } from 'commander';
import { contract } from '../contract';
import type { Architecture } from '../image/source';

/** Where the Ingress answers unless another host name is asked for; every browser and curl takes *.localhost for this machine. */
export const DEFAULT_HOST = 'berth.localhost';

// Reference grammar: https://pkg.go.dev/github.com/distribution/reference
const IMAGE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127}|@sha256:[0-9a-f]{64}|:\w[\w.-]{0,127}@sha256:[0-9a-f]{64})$/;

/** An image reference with a tag or a digest: without one Kubernetes would run whatever `latest` is that day. */
export function imageReference(value: string): string {
  if (!IMAGE.test(value)) {
    throw new InvalidArgumentError(
      'Allowed: REPOSITORY:TAG or REPOSITORY@sha256:DIGEST, such as localhost/berth:dev.',
    );
  }
  return value;
}

/** An image by its digest: a tag may name another one by the time a pod has to be made anew. */
export function imageByDigest(value: string): string {
  if (!IMAGE.test(value) || !value.includes('@')) {
    throw new InvalidArgumentError("Allowed: REPOSITORY@sha256:DIGEST, as 'bin/berth push' prints it.");
  }
  return value;
}

/** A DNS name as RFC 1123 has it, which is what an Ingress takes. */
export function hostName(value: string): string {
  const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
  if (value.length > 253 || !value.split('.').every((part) => label.test(part)) || /^[\d.]+$/.test(value)) {
    throw new InvalidArgumentError('Allowed: a DNS name in lower case, such as berth.localhost.');
  }
  return value;
}

/** Where something is reached: a host name or an IP address, and a port. */
export interface Address {
  readonly address: string;
  readonly port: number;
}

export function address(value: string): Address {
  const [, name, port] = /^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(value) ?? [];
  if (name === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidArgumentError('Allowed: HOST:PORT, such as localhost:8443.');
  }
  return { address: name, port: Number(port) };
}

/** What the image is built for. */
export function architecture(value: string): Architecture {
  if (value !== 'amd64' && value !== 'arm64') throw new InvalidArgumentError('Allowed: amd64, arm64.');
  return value;
}

/** What a scan of the image for vulnerabilities makes fail. */
export const SCANS = ['required', 'when-reachable', 'report'] as const;
export type ScanRule = (typeof SCANS)[number];

export function scanRule(value: string): ScanRule {
  const found = SCANS.find((one) => one === value);
  if (found === undefined) throw new InvalidArgumentError(`Allowed: ${SCANS.join(', ')}.`);
  return found;
}

/** Reads `NAME=VALUE`, and adds it to those given before. */
export function variable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Allowed: NAME=VALUE, such as CHECKS=types.');
  }
  return { ...before, [name]: value };
}

/** Members of the store. */
export function replicas(value: string): number {
  return oneOf(value, contract.replicas);
}

/** Nodes of the local Kubernetes. */
export function nodes(value: string): number {
  return oneOf(value, [1, 2, 3]);
}

/** Reads a whole number in a range, both ends included. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new InvalidArgumentError(`Allowed: a whole number from ${least} to ${most}.`);
    return number;
  };
}

function oneOf(value: string, allowed: readonly number[]): number {
  const number = Number(value);
  if (value.trim() === '' || !allowed.includes(number))
    throw new InvalidArgumentError(`Allowed: ${allowed.join(', ')}.`);
  return number;
}
