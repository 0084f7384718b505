/** How a run is told to stop, and where what it has to say goes. */
export interface Running {
  readonly signal: AbortSignal;
  say(text: string): void;
  /** What vitest prints: to our own output, or nowhere. */
  readonly vitestOutput: "inherit" | "ignore";
}
