import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { contract } from '../contract';
import { manifests } from '../manifests/manifests';
import { minikubeProfile } from '../manifests/profiles/minikube';
import { toYaml } from '../manifests/yaml';
import { print } from './output';

export interface ExportOptions {
  readonly image: string;
  readonly host: string;
  readonly replicas: number;
  /** File to write; standard output when absent. */
  readonly output?: string;
}

export function exportManifests(options: ExportOptions): void {
  const yaml = minikubeManifests(options);
  if (options.output === undefined) {
    process.stdout.write(yaml);
    return;
  }
  mkdirSync(dirname(options.output), { recursive: true });
  const temporary = `${options.output}.${process.pid}`;
  writeFileSync(temporary, yaml);
  renameSync(temporary, options.output);
  print(`wrote ${options.output}`);
}

/** The text of the exported file: every object but the Secrets, below the commands that put them on minikube. */
export function minikubeManifests(options: Omit<ExportOptions, 'output'>): string {
  const { name, tokens, peerSecret } = contract;
  const secret = ({ secret, key }: { secret: string; key: string }) =>
    `kubectl --namespace ${name} create secret generic ${secret} --from-literal=${key}="$(openssl rand -hex 32)"`;
  return toYaml(manifests(minikubeProfile(options)), [
    `${name} on minikube, written by 'bin/berth export': change lib/manifests and write it again.`,
    '',
    'minikube start && minikube addons enable ingress',
    `docker build --tag ${options.image} . && minikube image load ${options.image}`,
    'kubectl apply --filename manifests/minikube.yaml',
    '',
    'Tokens for /v1; without this Secret the server runs and answers 401 (it is picked up within about a minute):',
    secret(tokens),
    ...(options.replicas > 1
      ? ['Several members know each other by this one, and wait for it:', secret(peerSecret)]
      : []),
    '',
    `curl --resolve ${options.host}:80:"$(minikube ip)" http://${options.host}${contract.paths.ready}`,
  ]);
}
