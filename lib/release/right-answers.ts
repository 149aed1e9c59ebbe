import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Item, ItemClient } from '../client/item-client';
import { contract } from '../contract';
import { messageOf } from '../terminal/user-error';

/** Ids that releases write and delete again to see whether a pod keeps what it acknowledges. */
export const CHECK_PREFIX = 'berth-release-check.';

/** What asking a pod came to: right, wrong, or that it does not answer (yet). */
export type Answers =
  | { readonly verdict: 'right' }
  | { readonly verdict: 'wrong'; readonly why: string }
  | { readonly verdict: 'none'; readonly why: string };

class Wrong extends Error {}
class NoAnswer extends Error {}

/** How often an item that clients may be changing is compared before the difference counts. */
const COMPARISONS = 5;

/**
 * Asks as a user would and judges the answers: refuses strangers, keeps an item, deletes it, and has the same items
 * as the service. A readiness probe cannot know any of that: an image that answers wrongly says it is ready.
 * @param service the same service by another way; asked again where an item differs, as clients go on writing
 * @param known items that the service had a moment ago
 */
export async function askForRightAnswers(
  client: ItemClient,
  service: ItemClient,
  known: readonly Item[],
): Promise<Answers> {
  try {
    await answers(client, 'GET', contract.paths.ready, [200]);
    const stranger = { headers: { authorization: 'Bearer nobody-nobody-nobody-nobody-nobody' } };
    await answers(client, 'GET', contract.paths.items, [401], stranger);
    await keepsAnItem(client);
    for (const item of known) await hasTheSame(client, service, item);
    return { verdict: 'right' };
  } catch (error) {
    if (error instanceof Wrong) return { verdict: 'wrong', why: error.message };
    return { verdict: 'none', why: messageOf(error) };
  }
}

async function keepsAnItem(client: ItemClient): Promise<void> {
  const id = `${CHECK_PREFIX}${randomUUID()}`;
  const path = `${contract.paths.items}/${id}`;
  const document = { checked: id };
  const content = { body: JSON.stringify(document), headers: { 'content-type': 'application/json' } };
  await answers(client, 'PUT', path, [201], content);
  try {
    const { body } = await answers(client, 'GET', path, [200]);
    if (!isDeepStrictEqual(parsed(body), document)) {
      throw new Wrong(`GET ${path} answered ${excerpt(body)} after PUT of ${JSON.stringify(document)}`);
    }
  } finally {
    await client.request('DELETE', path).catch(() => undefined);
  }
  await answers(client, 'GET', path, [404]);
}

async function hasTheSame(client: ItemClient, service: ItemClient, { id }: Item): Promise<void> {
  const path = `${contract.paths.items}/${id}`;
  for (let attempt = 1; ; attempt += 1) {
    const before = await service.request('GET', path);
    const here = await answers(client, 'GET', path, [200, 404]);
    if (here.status === before.status && (here.status === 404 || here.body === before.body)) return;
    const after = await service.request('GET', path);
    // Only what the service said before and after, and this pod did not, is this pod's fault.
    const steady = before.status === after.status && before.body === after.body && after.status < 500;
    if (steady || attempt === COMPARISONS) {
      if (!steady) return; // Somebody writes it all the time; nothing can be said of it.
      throw new Wrong(
        `GET ${path} answered ${here.status} ${excerpt(here.body)}; the service has ${after.status} ${excerpt(after.body)}`,
      );
    }
  }
}

async function answers(
  client: ItemClient,
  method: 'GET' | 'PUT',
  path: string,
  allowed: readonly number[],
  options: { body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string }> {
  const answer = await client.request(method, path, options);
  if (allowed.includes(answer.status)) return answer;
  const text = `${method} ${path} answered ${answer.status} ${excerpt(answer.body)}; expected ${allowed.join(' or ')}`;
  // A server that is still opening its store says so with 503, and a leader may just be being elected.
  if (answer.status >= 500) throw new NoAnswer(text);
  throw new Wrong(text);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function excerpt(body: string): string {
  const text = body.trim().replace(/\s+/g, ' ');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text || '(no body)';
}
