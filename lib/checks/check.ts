/** How many tests of one check passed and failed, and what is worth reading of those that failed. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** One entry for each failure: its name and the line that matters. */
  readonly failures: readonly string[];
}

/** One thing that `berth test` checks. */
export interface Check {
  /** What `--only` calls it. */
  readonly name: string;
  readonly title: string;
  /** Leaves the processors idle for most of its time, so that it may run beside others. Default: it does not. */
  readonly mostlyWaits?: true;
  /** Runs only where `--only` names it: it takes long, and what it looks at seldom changes. Default: always. */
  readonly onlyWhenNamed?: true;
  run(context: CheckContext): Promise<Outcome>;
}

export interface CheckContext {
  readonly checkout: string;
  /** File for everything the check prints. */
  readonly log: string;
  /** Folder for reports that other programs read, as lib/checks/reports.ts lays it out. Absent: none are written. */
  readonly reports?: string;
  /** Shows how far it is. */
  readonly detail: (text: string) => void;
}
