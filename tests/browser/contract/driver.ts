// What the contract needs of a browser, whichever protocol it is driven by.

/** A browser that was started for a test. It shows one page at a time. */
export interface BrowserDriver {
  readonly name: string;
  /** Leaves the page that was open, and opens another in its place. */
  open(url: string): Promise<PageDriver>;
  /** Ends the browser and all that it started. */
  close(): Promise<void>;
}

export interface PageDriver {
  /** The value of an expression that gives text; what it throws is thrown here. It must not wait. */
  evaluate(expression: string): Promise<string>;
}

const pollMs = 20;

/** Waits until `ask` has something to say. */
export async function poll<T>(ask: () => Promise<T | null | false>, what: string, limitMs = 50_000): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() - startedMs > limitMs)
      throw new Error(`${what} had not come about after ${limitMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
