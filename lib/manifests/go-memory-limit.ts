const MEBIBYTES: Readonly<Record<string, number>> = { Mi: 1, Gi: 1024 };

/** The part of a container's memory that Go may use, in percent. The rest is for stacks of the kernel and files in use. */
const PERCENT = 90;

/**
 * What `GOMEMLIMIT` is to be in a container with this limit. Go lets garbage grow until there is as much as there is
 * data, and knows of no limit by itself; told one, it collects more often near it instead of being killed beyond it.
 * See https://go.dev/doc/gc-guide#Memory_limit.
 *
 * @param limit a Kubernetes quantity in Mi or Gi, such as `1Gi`
 * @throws Error it is another
 */
export function goMemoryLimit(limit: string): string {
  const [, number, unit] = /^([1-9]\d*)(Mi|Gi)$/.exec(limit) ?? [];
  const mebibytes = Number(number) * (MEBIBYTES[unit ?? ''] ?? NaN);
  if (Number.isNaN(mebibytes)) {
    throw new Error(
      `the memory limit is '${limit}'; allowed: a whole number of Mi or Gi, such as 512Mi or 1Gi`,
    );
  }
  return `${Math.floor((mebibytes * PERCENT) / 100)}MiB`;
}
