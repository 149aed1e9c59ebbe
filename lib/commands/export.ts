import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { contract } from '../contract';
import { manifests } from '../manifests/manifests';
import { minikubeProfile } from '../manifests/profiles/minikube';
import { toYaml } from '../manifests/yaml';
import { quoted } from '../process/quoted';
import { messageOf, UserError } from '../terminal/user-error';
import { print } from './output';

export interface ExportOptions {
  readonly image: string;
  readonly host: string;
  readonly replicas: number;
  /** File to write; standard output when absent. */
  readonly output?: string;
}

export function exportManifests(options: ExportOptions): void {
  if (options.output === '') {
    throw new UserError(
      "--output is '', which names no file; allowed: the path of a file, or leave it out for standard output",
      { exitCode: 2 },
    );
  }
  const yaml = minikubeManifests(options);
  if (options.output === undefined) {
    process.stdout.write(yaml);
    return;
  }
  try {
    replace(options.output, yaml);
  } catch (error) {
    throw new UserError(
      `--output '${options.output}' cannot be written: ${messageOf(error)}; allowed: the path of a file`,
      {
        exitCode: 2,
      },
    );
  }
  print(`wrote ${options.output}`);
}

/** A file is replaced whole or not at all; a device or a pipe is written to. */
function replace(file: string, content: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(file, content);
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** As one word of a shell, and on one line of a comment. */
function asWord(path: string): string {
  if (/^[\w./@%+=:,-]+$/.test(path)) return path;
  return /[\r\n]/.test(path) ? 'FILE' : quoted(path);
}

/** The text of the exported file: every object but the Secrets, below the commands that put them on minikube. */
export function minikubeManifests(options: ExportOptions): string {
  const { name, tokens, peerSecret } = contract;
  // From a file or a pipe: a secret on a command line can be read by everybody on the machine.
  const create = (secret: string) => `kubectl --namespace ${name} create secret generic ${secret}`;
  return toYaml(manifests(minikubeProfile(options)), [
    `${name} on minikube, written by 'bin/berth export': change lib/manifests and write it again.`,
    '',
    'minikube start && minikube addons enable ingress',
    // One by its digest was built already, and comes from its registry.
    ...(options.image.includes('@')
      ? []
      : [`docker build --tag ${options.image} . && minikube image load ${options.image}`]),
    `kubectl apply --filename ${options.output === undefined ? 'FILE' : asWord(options.output)}`,
    '',
    'A token for /v1; without this Secret the server runs and answers 401 (it is picked up within about a minute):',
    `(umask 077; openssl rand -hex 32 > token) && ${create(tokens.secret)} --from-file=${tokens.key}=token`,
    ...(options.replicas > 1
      ? [
          'Several members know each other by this one, and wait for it:',
          `openssl rand -hex 32 | ${create(peerSecret.secret)} --from-file=${peerSecret.key}=/dev/stdin`,
          `(one that ran alone without it: first kubectl --namespace ${name} rollout restart statefulset ${name})`,
        ]
      : []),
    '',
    `curl --resolve ${options.host}:80:"$(minikube ip)" -H "Authorization: Bearer $(cat token)" http://${options.host}${contract.paths.items}`,
  ]);
}
