// How an item stands, as a shape: circle with tick, circle with bar, triangle, dashed circle, empty circle.

import type { CheckState } from '#graders/verdict.ts';
import { stateWord } from '#src/stores/attempt/words.ts';

export interface StateMarkProps {
  readonly state: CheckState | 'open';
  readonly size?: number;
  /** Said by a screen reader in place of the shape; without it the words beside it must say it. */
  readonly isSpoken?: boolean;
}

export function StateMark({ state, size = 18, isSpoken = false }: StateMarkProps) {
  const name = isSpoken ? { role: 'img' as const, 'aria-label': stateWord(state) } : { 'aria-hidden': true as const };
  return (
    <svg class="state-mark" data-state={state} viewBox="0 0 18 18" width={size} height={size} {...name}>
      {state === 'not-yet' ? (
        <>
          <path d="M9 2 16.6 15.4H1.4Z" />
          <path d="M9 6.8v4M9 12.9v.1" />
        </>
      ) : (
        <circle cx="9" cy="9" r="7" />
      )}
      {state === 'met' && <path d="m5.9 9.2 2.2 2.2 4.1-4.6" />}
      {state === 'thin' && <path d="M6 9h6" />}
    </svg>
  );
}
