/**
 * Closes one after the other, what was opened last first, and goes on whatever fails.
 * @throws the first error there was, when all were tried
 */
export async function closeAll(opened: readonly (() => Promise<unknown>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of [...opened].reverse()) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
