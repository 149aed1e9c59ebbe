import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { programPath, systemRequirements } from '../../lib/local/requirements';

function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'berth-machine-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const found = (root: string, name: string) =>
  systemRequirements(root).find((requirement) => requirement.name === name)?.found;

test('a program is found in the sbin directories too, which the PATH of a person may lack', () => {
  expect(programPath('nft', machine({ 'usr/sbin/nft': '' }))).toMatch(/\/usr\/sbin\/nft$/);
});

test('whatever is missing names the package that brings it', () => {
  const packages = systemRequirements(machine({})).flatMap(({ found: here, debianPackage }) =>
    here ? [] : (debianPackage ?? []),
  );
  expect(packages).toEqual(
    expect.arrayContaining([
      'runc',
      'containernetworking-plugins',
      'nftables',
      'iptables',
      'ipset',
      'conntrack',
      'iproute2',
      'busybox-static',
    ]),
  );
});

test('a busybox that loads libraries does not do: there are none in the image', () => {
  const elf = (interpreter: string) => machine({ 'bin/busybox': `\x7fELF...${interpreter}...` });
  expect(found(elf('/lib64/ld-linux-x86-64.so.2'), 'busybox-static')).toBe(false);
  expect(found(elf(''), 'busybox-static')).toBe(true);
});

test('the overlay file system is looked for among those the kernel has', () => {
  expect(found(machine({ 'proc/filesystems': 'nodev\ttmpfs\n\text4\n' }), 'overlayfs')).toBe(false);
  expect(found(machine({ 'proc/filesystems': 'nodev\toverlay\n\text4\n' }), 'overlayfs')).toBe(true);
});
