/** One container of the image that runs on its own: no Kubernetes, no peers, no tokens. */
export interface AloneServer {
  /** Where it answers, `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** What it said that tells most of why it failed; undefined as long as it said nothing. */
  lineThatMatters(): Promise<string | undefined>;
  /** Its exit status if it has ended, else undefined. */
  exitStatus(): Promise<number | undefined>;
  /** Asks it to end, with SIGTERM. */
  terminate(): Promise<void>;
  /** Ends it at once if it still runs, and takes away everything that was made for it. */
  remove(): Promise<void>;
}
