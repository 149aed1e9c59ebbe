import { createHash } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../process/run';
import { evenWhenInterrupted } from '../process/interrupt';
import { UserError } from '../terminal/user-error';
import { STAND_IN_LABEL, type BaseImage } from './base-image';
import type { Builder, Reporting } from './builder';
import { cacheDirectory } from '../installation/cache';
import { thisArchitecture } from './source';

const REPOSITORY = 'localhost/berth-golang-stand-in';

const DOCKERFILE = `FROM scratch
COPY . /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/usr/local/go/bin:/bin HOME=/root
LABEL ${STAND_IN_LABEL}=true
`;

/**
 * Makes an image that stands in for the base image where that cannot be had: this machine's own Go toolchain of
 * exactly the pinned version, busybox's shell, and the certificates this machine trusts. The compiler and its
 * flags decide the binary, so what is built is the same.
 *
 * It is named by what is in it and never by the base image's name, so it is made anew when the version changes and
 * never hides the real image.
 * @returns its name in the builder's store
 */
export async function makeStandIn(base: BaseImage, builder: Builder, reporting: Reporting): Promise<string> {
  const busybox = required(findBusybox(), 'static busybox', 'apt-get install busybox-static');
  const certificates = required(findCertificates(), 'CA certificates', 'apt-get install ca-certificates');
  const hash = createHash('sha256').update(DOCKERFILE);
  for (const file of [busybox, certificates]) hash.update(readFileSync(file));
  const reference = `${REPOSITORY}:${base.goVersion}-${hash.digest('hex').slice(0, 12)}`;
  if (await builder.has(reference)) return reference;

  const goroot = await findGoroot(base.goVersion);
  mkdirSync(cacheDirectory(), { recursive: true });
  const context = mkdtempSync(cacheDirectory('stand-in-'));
  try {
    layOut(context, { goroot, busybox, certificates });
    await builder.build(
      { context, reference, platform: `linux/${thisArchitecture()}`, arguments: {} },
      reporting,
    );
    const older = (await builder.list(REPOSITORY)).filter((name) => name !== reference);
    for (const name of older) await builder.remove(name);
  } finally {
    rmSync(context, { recursive: true, force: true });
    await evenWhenInterrupted(() => builder.tidy());
  }
  return reference;
}

/** The folders of the image as they are to be; the builder copies them whole. */
function layOut(context: string, from: { goroot: string; busybox: string; certificates: string }): void {
  const inImage = (path: string) => {
    mkdirSync(join(context, dirname(path)), { recursive: true });
    return join(context, path);
  };
  copyFileSync(from.busybox, inImage('bin/busybox'));
  copyFileSync(from.certificates, inImage('etc/ssl/certs/ca-certificates.crt'));
  for (const folder of ['root', 'tmp']) mkdirSync(join(context, folder));
  copyTree(from.goroot, inImage('usr/local/go'), '');
  writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
  writeFileSync(join(context, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
}

/** Copies a toolchain without what no build needs. Folders become writable, unlike in Go's module cache. */
function copyTree(from: string, to: string, path: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (/^(?:api|doc|misc|test|pkg\/obj|src\/cmd)$|\/testdata$|_test\.go$/.test(below)) continue;
    if (entry.isDirectory()) copyTree(join(from, entry.name), join(to, entry.name), below);
    else copyFileSync(join(from, entry.name), join(to, entry.name), constants.COPYFILE_FICLONE);
  }
}

/** This machine's toolchain of that version; Go fetches it when it has another. */
async function findGoroot(version: string): Promise<string> {
  const env = { GOTOOLCHAIN: `go${version}`, GOROOT: undefined, GOFLAGS: '' };
  const goroot = await run('go', ['env', 'GOROOT'], { env });
  const found = readFileSync(join(goroot, 'VERSION'), 'utf8').split('\n')[0] ?? '';
  if (found !== `go${version}`) {
    throw new UserError(`Go in ${goroot} is '${found}'; the Dockerfile pins go${version}`);
  }
  return goroot;
}

/** A busybox that needs no libraries, as Debian's busybox-static is. */
export function findBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox', '/sbin/busybox', '/usr/local/bin/busybox'].find(
    // A program that needs libraries names the loader that finds them.
    (path) => existsSync(path) && !/\/ld-(?:linux|musl)/.test(readFileSync(path, 'latin1')),
  );
}

function findCertificates(): string | undefined {
  const files = [
    process.env['SSL_CERT_FILE'],
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/cert.pem',
  ];
  return files.find((path) => path !== undefined && existsSync(path));
}

function required(path: string | undefined, what: string, fix: string): string {
  if (path === undefined) throw new UserError(`no ${what} on this machine\n  fix: ${fix}`);
  return path;
}
