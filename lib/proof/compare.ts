import { isDeepStrictEqual } from 'node:util';
import type { Item } from '../client/item-client';

/** What became of the items of an earlier reading. */
export interface Comparison {
  /** Items read before and again, unchanged. */
  readonly kept: number;
  /** Ids that were read before and are gone. */
  readonly missing: readonly string[];
  /** Ids whose document is another now. */
  readonly different: readonly string[];
}

/** Compares two readings of the store; items that are only in the second are somebody's new ones and do not count. */
export function compare(before: readonly Item[], after: readonly Item[]): Comparison {
  const now = new Map(after.map((item) => [item.id, item]));
  const missing: string[] = [];
  const different: string[] = [];
  for (const item of before) {
    const found = now.get(item.id);
    if (!found) missing.push(item.id);
    else if (found.etag !== item.etag || !isDeepStrictEqual(found.document, item.document))
      different.push(item.id);
  }
  return { kept: before.length - missing.length - different.length, missing, different };
}
