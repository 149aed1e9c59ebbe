/** As Promise.all, but when one fails the other has ended too: what cleans up must not meet it at work. */
export async function bothEnded<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}
