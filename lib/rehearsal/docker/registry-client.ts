import { request as secureRequest } from 'node:https';
import { readFileSync } from 'node:fs';
import { REGISTRY_HOST } from '../account';
import type { RegistryRequest } from './push';

/** Requests to the account's ECR at the emulator, under the host name ECR has. */
export function registryClient(endpoint: string, authority: string): RegistryRequest {
  const ca = readFileSync(authority);
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        host: REGISTRY_HOST,
        ...(body ? { 'content-type': body.type, 'content-length': body.content.length } : {}),
      };
      const asked = secureRequest(`${endpoint}${path}`, {
        ca,
        method,
        headers,
        servername: 'localhost', // What its certificate says, not the header.
      });
      asked.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const { location } = response.headers;
          resolve({
            status: response.statusCode ?? 0,
            text,
            ...(location === undefined ? {} : { location: location.replace(/^https?:\/\/[^/]+/, '') }),
          });
        });
      });
      asked.end(body?.content);
    });
}
