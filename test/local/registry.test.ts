import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerdConfig } from '../../lib/local/node-config';
import { placeOf, registriesDirectory } from '../../lib/local/place';
import { pointRegistry, startRegistry } from '../../lib/local/registry';
import { silent } from '../../lib/terminal/progress';

const checkout = mkdtempSync(join(tmpdir(), 'berth-registry-'));

test('the nodes are told where the images of any registry name are, by its name and port', () => {
  const place = { ...placeOf(checkout), state: mkdtempSync(join(tmpdir(), 'berth-state-')) };
  pointRegistry(place, '111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'http://10.101.0.1:5000');
  const file = join(registriesDirectory(place), '111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'hosts.toml');
  expect(readFileSync(file, 'utf8')).toContain(
    '[host."http://10.101.0.1:5000"]\n  capabilities = ["pull", "resolve"]',
  );
  expect(containerdConfig('runc', '/cni', registriesDirectory(place))).toContain(
    `config_path = '${registriesDirectory(place)}'`,
  );
});

test('without a local Kubernetes there is no registry beside it, and the error says what to do', async () => {
  await expect(startRegistry(checkout, silent)).rejects.toThrow("start it with 'bin/berth up'");
});
