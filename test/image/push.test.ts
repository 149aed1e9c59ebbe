import { parseDestination } from '../../lib/image/destination';
import { isAbsence, refusal } from '../../lib/image/push';
import { CommandFailed } from '../../lib/process/run';

const ttl = parseDestination('ttl.sh/berth');
const ecr = parseDestination('111122223333.dkr.ecr.eu-west-1.amazonaws.com/berth');
const failed = (output: string) => new CommandFailed('go tool crane push', 1, output);

test.each([
  [ttl, 'Error: Get "https://ttl.sh/v2/": dial tcp: lookup ttl.sh: no such host', 'ttl.sh cannot be reached'],
  [
    ttl,
    'POST https://ttl.sh/v2/berth/blobs/uploads/: UNAUTHORIZED: authentication required',
    'docker login ttl.sh',
  ],
  [ecr, 'HEAD …: unexpected status code 403 Forbidden', 'let this role push to the repository'],
  [
    ecr,
    'NAME_UNKNOWN: The repository with name berth does not exist in the registry',
    'aws ecr create-repository',
  ],
  [
    ecr,
    "TAG_INVALID: The image tag 'x' already exists and cannot be overwritten as it is immutable",
    '--tag',
  ],
])('what %o says is told with the fix', (destination, said, expected) => {
  expect(String(refusal(destination, failed(said)))).toContain(expected);
});

test('an image that is not there is not an error; a repository of ECR that is not there is', () => {
  expect(isAbsence('MANIFEST_UNKNOWN: manifest unknown; map[Tag:x]')).toBe(true);
  expect(isAbsence('HEAD http://10.101.0.1:5000/v2/berth/manifests/x: 404 Not Found')).toBe(true);
  expect(isAbsence('NAME_UNKNOWN: The repository with name berth does not exist')).toBe(false);
  expect(isAbsence('UNAUTHORIZED: authentication required')).toBe(false);
});
