import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * Sends a request on as it comes, and its answer back as it comes. When either side goes before the end, as whoever
 * watches does, the other one is let go too: a watch that nobody reads would keep this process from ending.
 * @param onward the request as it goes on, whose body is still to be written
 * @param failed called when there is no answer and the client still waits for one
 */
export function passOn(
  incoming: IncomingMessage,
  onward: ClientRequest,
  outgoing: ServerResponse,
  failed: (error: Error) => void,
): void {
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, outgoing, () => undefined);
  });
  onward.on('error', (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else if (!outgoing.destroyed) failed(error);
  });
  outgoing.on('close', () => onward.destroy());
  if (outgoing.destroyed) onward.destroy();
  else incoming.pipe(onward);
}
