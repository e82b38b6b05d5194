// Programs that do not end by themselves: the engine ends them, says so, and is as good as new.
import type { FailureKind } from '#graders/verdict.ts';
import { good, goodLoop, program } from './programs.ts';

export interface RunawayCase {
  readonly name: string;
  readonly source: string;
  /** Any of these; null where it is judged after all. */
  readonly kinds: readonly FailureKind[] | null;
  /** What must have been printed before its end. */
  readonly printed?: string;
  /** Another way into the hot loop: it is waited out on one page of each browser, since all of them end the same way. */
  readonly isVariant?: true;
}

/** `memory` are the ways in which growth without end may come to its end here. */
export const runawayCases = (memory: readonly FailureKind[]): readonly RunawayCase[] => [
  {
    name: 'a hot loop, and what was logged just before it is not lost',
    source: program(`  console.log('last words');\n  for (;;);`),
    kinds: ['blocked'],
    printed: 'last words',
  },
  {
    name: 'an endless chain of promises',
    source: program('  for (;;) await null;'),
    kinds: ['blocked'],
    isVariant: true,
  },
  { name: 'a loop while the files are loaded', source: `for (;;);\n${good}`, kinds: ['blocked'], isVariant: true },
  {
    name: 'a loop in a timer',
    source: program('  setTimeout(() => {\n    for (;;);\n  }, 10);\n  await new Promise((r) => setTimeout(r, 100));'),
    kinds: ['blocked'],
    isVariant: true,
  },
  {
    name: 'lines without end',
    source: program(`  for (;;) console.log('and again');`),
    kinds: ['blocked', 'output-limit'],
    isVariant: true,
  },
  {
    name: 'a hundred thousand lines',
    source: program(`  for (let i = 1; i <= 100_000; i++) console.log('line', i);${goodLoop}`),
    kinds: null,
    printed: 'line 999',
  },
  {
    name: 'an array that grows without end',
    source: program('  const kept: unknown[] = [];\n  for (;;) kept.push(new Array(1_000_000).fill(kept.length));'),
    kinds: memory,
  },
  {
    name: 'a text that grows without end',
    source: program("  let text = 'x';\n  for (;;) text += text;"),
    // Every engine has a longest text, and throws.
    kinds: ['threw', ...memory],
  },
];
