// What a pipeline tells about itself: what happened when, and what became of its rows.

export type PipelineEvent =
  | {
      readonly atMs: number;
      readonly kind: 'start' | 'retry' | 'succeeded' | 'failed' | 'give-up';
      readonly run: number;
    }
  | { readonly atMs: number; readonly kind: 'partial-read'; readonly run: number; readonly rows: number }
  | {
      readonly atMs: number;
      readonly kind: 'skip';
      readonly what: 'run' | 'data';
      /** Runs at work. */
      readonly activeRuns: number;
    }
  | { readonly atMs: number; readonly kind: 'interval'; readonly everyMs: number }
  | { readonly atMs: number; readonly kind: 'asked' | 'approved' | 'expired' }
  | { readonly atMs: number; readonly kind: 'because'; readonly words: string };

/** What became of the rows, so far. */
export interface PipelineCounts {
  readonly producedRows: number;
  readonly committedRows: number;
  /** Not there yet when their slice was read, and never read again. */
  readonly missedRows: number;
  /** In runs that were given up, and in slices that were left out. */
  readonly failedRows: number;
  readonly skippedRows: number;
  /** Written again by a run that read what another had written. */
  readonly duplicateRows: number;
  readonly waitingRows: number;
  /** In runs that are at work or wait to be retried; with a bookmark they still count as waiting. */
  readonly inRunsRows: number;
  readonly acceptedRows: number;
  readonly appliedRows: number;
  readonly backlogRows: number;
  readonly calls: number;
}
