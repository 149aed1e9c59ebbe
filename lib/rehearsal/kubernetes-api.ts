import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { authorityFile, certificateOf } from '../local/certificates';
import type { Rising } from '../local/control-plane';
import { apiUrl } from '../local/health';
import { UserError } from '../terminal/user-error';

/** Time between two signs of life of an answer, in milliseconds: whoever ends the rehearsal waits for what is asked. */
const PATIENCE = 30_000;

/** A few requests to the API server itself, as its administrator: for what plays controllers, many times a minute. */
export class KubernetesApi {
  private readonly agent: Agent;
  private readonly address: string;

  constructor(kubernetes: Rising) {
    const admin = certificateOf(kubernetes.place, 'admin');
    this.address = apiUrl(kubernetes.net);
    this.agent = new Agent({
      keepAlive: true,
      ca: readFileSync(authorityFile(kubernetes.place)),
      cert: readFileSync(admin.certificate),
      key: readFileSync(admin.key),
    });
  }

  /** The object or list at the path, or undefined where there is none. */
  async get<T>(path: string): Promise<T | undefined> {
    const answer = await this.send('GET', path);
    return answer.status === 404 ? undefined : (expectOk(answer, path) as T);
  }

  /** Changes some fields, as a JSON merge patch. */
  async patch(path: string, change: object): Promise<void> {
    expectOk(await this.send('PATCH', path, change, 'application/merge-patch+json'), path);
  }

  async create(path: string, object: object): Promise<void> {
    expectOk(await this.send('POST', path, object), path);
  }

  async delete(path: string): Promise<void> {
    const answer = await this.send('DELETE', path);
    if (answer.status !== 404) expectOk(answer, path);
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    method: string,
    path: string,
    body?: object,
    type = 'application/json',
  ): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const headers = { accept: 'application/json', ...(body ? { 'content-type': type } : {}) };
      const how = { method, headers, agent: this.agent, timeout: PATIENCE };
      const asked = request(`${this.address}${path}`, how);
      asked.on('timeout', () => {
        const error = new UserError(`the API server did not answer ${path} within ${PATIENCE / 1000} s`);
        reject(error);
        asked.destroy(error);
      });
      asked.on('error', reject).on('response', (response) => {
        let text = '';
        response
          .on('error', reject)
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text });
        });
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function expectOk(answer: { status: number; body: string }, path: string): unknown {
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.body);
  throw new UserError(`the API server answered ${answer.status} to ${path}: ${answer.body.slice(0, 300)}`);
}
