/**
 * What the server and its manifests must agree on: ports, paths, directories, environment names, secrets, labels, limits.
 *
 * The values live in `server/contract/contract.json`, which the Go server embeds, so neither side repeats one.
 * To change one, change it there; names of Services, ports of peers and the data directory cannot change once a volume exists.
 */
import contract from '../server/contract/contract.json';

export { contract };
