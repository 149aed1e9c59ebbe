import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contract } from '../../lib/contract';
import { baseImageOf } from '../../lib/image/base-image';

const dockerfile = readFileSync(join(__dirname, '../../Dockerfile'), 'utf8');

describe('the Dockerfile keeps to server/contract/contract.json', () => {
  const { binary, user, group } = contract.image;

  test('binary', () => {
    expect(dockerfile).toContain(`ENTRYPOINT ["${binary}"]`);
    expect(dockerfile).toContain(`-o /image${binary} `);
  });

  test('user and group', () => {
    expect(dockerfile).toContain(`\nUSER ${user}:${group}\n`);
  });

  test('data directory, which belongs to that user', () => {
    expect(dockerfile).toContain(`mkdir -p /image${contract.dataDirectory} `);
    expect(dockerfile).toContain(`chown ${user}:${group} /image${contract.dataDirectory} `);
  });

  test('ports', () => {
    expect(dockerfile).toContain(`\nEXPOSE ${contract.ports.http.number} ${contract.ports.peer.number}\n`);
  });

  test('name', () => {
    expect(dockerfile).toContain(`org.opencontainers.image.title="${contract.name}"`);
  });
});

describe('the base image', () => {
  test('is pinned by an exact version that go.mod accepts', () => {
    const { goVersion } = baseImageOf(dockerfile);
    const module = readFileSync(join(__dirname, '../../server/go.mod'), 'utf8');
    const [, least = ''] = /^go (\S+)$/m.exec(module) ?? [];
    expect(goVersion.localeCompare(least, undefined, { numeric: true })).toBeGreaterThanOrEqual(0);
  });

  test('is read from the first FROM', () => {
    expect(
      baseImageOf(
        '# note\nFROM --platform=$BUILDPLATFORM r.example/x/golang:1.2.3-alpine AS build\nFROM scratch',
      ),
    ).toEqual({
      reference: 'r.example/x/golang:1.2.3-alpine',
      registry: 'r.example',
      goVersion: '1.2.3',
    });
  });

  test.each([
    'FROM r.example/golang:1.26 AS build',
    'FROM golang:1.26.8 AS build',
    'FROM r.example/golang:latest AS build',
  ])("'%s' is refused", (line) => {
    expect(() => baseImageOf(line)).toThrow(`Dockerfile begins with '${line}'; allowed: FROM REGISTRY/`);
  });
});
