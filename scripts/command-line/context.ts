/** What a command may use besides its options. */
export interface Context {
  /** Fires when a lasting command is to stop: a signal, or nobody reads its output any more. */
  readonly stop: AbortSignal;
  /** `--config`, `--set` and `--namespace` as they were typed, to hand on to child processes. */
  readonly given: GivenSettings;
}

export interface GivenSettings {
  readonly config?: string;
  readonly set: readonly string[];
  readonly namespace?: string;
}
