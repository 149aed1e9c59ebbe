import { Pool } from 'undici';
import { contract } from '../contract';
import { UserError } from '../terminal/user-error';

/** Where the Ingress listens, as seen from this machine. */
export interface FrontDoor {
  readonly address: string;
  readonly port: number;
  /** Whether TLS is spoken there. Default plain HTTP. */
  readonly tls?: boolean;
}

/** One item as the list shows it. */
export interface Item {
  readonly id: string;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
  readonly document: unknown;
}

/** An answer the caller did not ask for; carries the problem details (RFC 9457) the server sent. */
export class UnexpectedAnswer extends UserError {
  constructor(
    readonly request: string,
    readonly status: number,
    readonly body: string,
  ) {
    super(`${request} answered ${status}: ${problemDetail(body)}`);
    this.name = 'UnexpectedAnswer';
  }
}

/** A client of the REST server through the Ingress, as its users reach it. Close it when done. */
export class ItemClient {
  private readonly pool: Pool;
  private readonly headers: Record<string, string>;

  /**
   * @param host name that the Ingress routes by
   * @param token bearer token of `/v1`
   */
  constructor(frontDoor: FrontDoor, host: string, token: string) {
    const scheme = frontDoor.tls ? 'https' : 'http';
    this.pool = new Pool(`${scheme}://${frontDoor.address}:${frontDoor.port}`, {
      // The certificate is the host name's, whatever address leads to it.
      ...(frontDoor.tls ? { connect: { servername: host } } : {}),
      connections: 16,
      headersTimeout: 40_000,
      bodyTimeout: 40_000,
    });
    this.headers = { host, authorization: `Bearer ${token}` };
  }

  /** Whether the server answers that it is ready. */
  async ready(): Promise<boolean> {
    const { status } = await this.request('GET', contract.paths.ready);
    return status === 200;
  }

  /** Creates or replaces an item; with `create`, leaves one that exists alone and returns false. */
  async put(id: string, document: unknown, options: { create?: boolean } = {}): Promise<boolean> {
    const { status, body } = await this.request('PUT', itemPath(id), {
      body: JSON.stringify(document),
      headers: { 'content-type': 'application/json', ...(options.create ? { 'if-none-match': '*' } : {}) },
    });
    if (status === 412 && options.create) return false;
    if (status !== 200 && status !== 201) throw new UnexpectedAnswer(`PUT ${itemPath(id)}`, status, body);
    return true;
  }

  /** The document, or undefined when there is none of that id. */
  async get(id: string): Promise<unknown> {
    const { status, body } = await this.request('GET', itemPath(id));
    if (status === 404) return undefined;
    if (status !== 200) throw new UnexpectedAnswer(`GET ${itemPath(id)}`, status, body);
    return JSON.parse(body);
  }

  async delete(id: string): Promise<void> {
    const { status, body } = await this.request('DELETE', itemPath(id));
    if (status !== 204 && status !== 404) throw new UnexpectedAnswer(`DELETE ${itemPath(id)}`, status, body);
  }

  /** Every item whose id starts with `prefix`, as they were at one moment. */
  async list(prefix = ''): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({
        limit: '500',
        ...(prefix ? { prefix } : {}),
        ...(cursor ? { cursor } : {}),
      });
      const path = `${contract.paths.items}?${query.toString()}`;
      const { status, body } = await this.request('GET', path);
      if (status !== 200) throw new UnexpectedAnswer(`GET ${path}`, status, body);
      const page = JSON.parse(body) as { items: Item[]; next?: string };
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return items;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Closes at once, whatever is still being answered. */
  async destroy(): Promise<void> {
    await this.pool.destroy();
  }

  /** One request, whatever the answer. */
  async request(
    method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    options: { body?: string | Buffer; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: string; headers: Record<string, string | string[] | undefined> }> {
    const answer = await this.pool.request({
      method,
      path,
      headers: { ...this.headers, ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    return { status: answer.statusCode, body: await answer.body.text(), headers: answer.headers };
  }
}

function itemPath(id: string): string {
  return `${contract.paths.items}/${encodeURIComponent(id)}`;
}

function problemDetail(body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? body;
  } catch {
    return body.trim().slice(0, 200) || '(no body)';
  }
}
