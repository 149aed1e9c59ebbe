import type { Unanswered } from './target';

/** Names a request in the log; clients set it. */
export const REQUEST_HEADER = 'X-Flow-Id';

const LINE =
  /with backend \S+ \w+:\/\/(?<to>\S+), flow id (?<request>[^,]+), status code \d+: (?<reason>.*?), remote host:/;

/** What skipper's log says of requests that it could not pass on; `dialing failed` are its words for one never sent. */
export function unanswered(log: string): Unanswered[] {
  return log.split('\n').flatMap((line) => {
    const { to, request, reason } = LINE.exec(line)?.groups ?? {};
    if (to === undefined || request === undefined || reason === undefined) return [];
    return [{ request, to, connected: !reason.startsWith('dialing failed true'), reason }];
  });
}
