import { readSettings } from '../../lib/config/read-settings';
import { rehearsalSettings } from '../../lib/rehearsal/settings';
import { difference } from '../../lib/rehearsal/steps/destroy';

test('the settings of a rehearsal are settings of the app, and leave nothing to be asked for', () => {
  const settings = readSettings(rehearsalSettings('1.35'));
  expect(settings).toMatchObject({ kubernetesVersion: '1.35', replicas: 3, dataOnDestroy: 'delete' });
  expect(settings.administrators.length).toBe(1);
  expect(settings.clientCidrs).toEqual(['0.0.0.0/0']);
});

test('one that is given is rehearsed in place of the default', () => {
  const given = rehearsalSettings('1.35', { replicas: '1', dataOnDestroy: 'keep' });
  expect(readSettings(given)).toMatchObject({ replicas: 1, dataOnDestroy: 'keep' });
});

test('one that the rehearsal decides itself is refused, with the value it has', () => {
  expect(() => rehearsalSettings('1.35', { region: 'eu-west-1' })).toThrow(
    "region is 'eu-west-1'; allowed here: region 'eu-central-1', as the rehearsal has no other; fix: leave out -c region",
  );
});

test('what is left is what is there now and was not before', () => {
  const before = { 'S3 bucket': ['assets'], 'KMS key': [] };
  const now = { 'S3 bucket': ['assets', 'logs'], 'KMS key': [], secret: ['tokens'] };
  expect(difference(now, before)).toEqual({ 'S3 bucket': ['logs'], secret: ['tokens'] });
});
