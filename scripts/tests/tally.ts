/** What a run of checks or tests came to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** All zero for no tallies: whoever sums nothing has passed nothing. */
export const addTallies = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((sum, one) => sum + one.passed, 0),
  failed: tallies.reduce((sum, one) => sum + one.failed, 0),
  skipped: tallies.reduce((sum, one) => sum + one.skipped, 0),
});
