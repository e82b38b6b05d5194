// Guarded code does what it did, on the same lines, and calls the guard in each turn of each loop.
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guardLoops } from './loop-guard.ts';
import { loopGuardName } from './loop-watch.ts';

const turn = `${loopGuardName}()`;

/** What a function body returns, and how often it called the guard. */
async function run(body: string): Promise<{ result: unknown; turns: number }> {
  let turns = 0;
  const guard = () => {
    turns++;
    return true;
  };
  const log: unknown[] = [];
  const context = { [loopGuardName]: guard, log };
  const result: unknown = await runInNewContext(`(async () => {'use strict';${body}\n})()`, context);
  return { result: JSON.stringify([result, log]), turns };
}

/** Bodies of functions with the number of turns that their loops have together. */
const cases: Readonly<Record<string, readonly [code: string, turns: number]>> = {
  'while and do': ['let i = 0; while (i < 3) i++; do i++; while (i < 6) return i;', 7],
  'do with a body on other lines': ['let i = 0;\ndo {\n  i++\n} while (i < 3)\nlog.push(i)\nreturn i', 3],
  'for, without a test, without anything': [
    'let i = 0; for (; i < 2; ) i++; for (let j = 0; ; j++) { if (j > 1) break; } for (;;) { if (i++ > 3) break; } return i;',
    9,
  ],
  'of and in, with and without braces': [
    'for (const [a, b] of [[1, 2], [3, 4]]) log.push(a + b); for (const k in { x: 1, y: 2 }) { log.push(k); } for (const n of []) ; for (var z of [1]) ;',
    5,
  ],
  'an else that belongs to an if around the loop': [
    'for (const on of [true, false]) if (on) for (const n of [1]) log.push(n); else log.push("else");',
    3,
  ],
  'an else that belongs to an if inside the loop': [
    'if (true) for (const n of [1, 2]) if (n === 1) log.push("one"); else log.push("other");',
    2,
  ],
  'loops in loops, with labels': [
    'outer: for (const a of [1, 2, 3]) for (const b of [1, 2, 3]) { if (b === 2) continue outer; if (a === 3) break outer; log.push([a, b]); }',
    8,
  ],
  'a label inside a loop': ['for (const a of [1, 2]) inner: for (;;) { log.push(a); break inner; }', 4],
  'loops in the head of a loop': [
    'for (let i = 0, f = () => { for (;;) { let n = 0; while (n < 2) n++; return n; } }; i < f(); i++) log.push(i);',
    15,
  ],
  'functions in a test and in what is iterated': [
    'let i = 0; while ((() => { for (const x of [1]) return i++ < 2; })()) log.push(i); for (const v of (() => { const r = []; do r.push(1); while (r.length < 2); return r; })()) log.push(v);',
    10,
  ],
  'defaults and patterns': [
    'for (const { a = (() => { for (const q of [5]) return q; })(), ...rest } of [{ b: 1 }, { a: 2 }]) log.push(a, rest); for (let [i = 0, n] = [undefined, 2]; i < n; i++) log.push(i);',
    6,
  ],
  'words that are no loops': [
    'const o = { while: 1, for(x) { return x; }, async *do() {}, get in() { return 2; } }; class A { while(x) { return x; } static for = 3; #do = 4; } log.push(o.while, o.for(1), o?.for?.(2), new A().while(5), A.for, o.in);',
    0,
  ],
  'loops in text': [
    'const a = 6, g = 2, x = 1; log.push("while (x)", `for (;;) ${[1, 2].map((n) => { while (true) return n; })} while (x)\n1:1-1:4 for ( (`, /while (x)/.source, /[/]for(;;)/.test("/for"), a /x/ g); // for (;;)\n/* while (1) */ return 1;',
    2,
  ],
  'no semicolons': [
    'let i = 0\nwhile (i < 2)\n  i++\nfor (const n of [1])\n  log.push(n)\n;[2].forEach((n) => log.push(n))\ndo i--\nwhile (i > 0)\nreturn i',
    6,
  ],
  'await, yield and commas': [
    'async function* some() { let i = 0; while (yield i++, i < 3); } for await (const n of some()) log.push(n); for await (const n of [1]) { log.push(await n); } let k = 0; while (log.push(k), k++ < 1); for (let i = 0; i++, i < 3; ); return k;',
    12,
  ],
  'closures over what a loop declares': [
    'const f = []; for (let i = 0; i < 3; i++) f.push(() => i); for (const n of [7]) f.push(() => n); return f.map((g) => g());',
    5,
  ],
  'regular expressions and divisions at heads of loops': [
    'let s = "aab"; for (; /^a/.test(s); ) s = s.slice(1); let d = 8; while (d / 2 / 2 >= 1) d = d / 2; return [s, d];',
    6,
  ],
  'windows and old line ends': ['let i = 0;\r\nwhile (i < 2)\r\n{ i++; }\rfor (const n of [1])\rlog.push(n);', 4],
};

describe('guardLoops', () => {
  test.each(Object.entries(cases))('%s', async (_, [code, turns]) => {
    const guarded = guardLoops(code);
    const before = await run(code);
    const after = await run(guarded);
    expect(after.result).toBe(before.result);
    expect(before.turns).toBe(0);
    expect(after.turns).toBe(turns);
    expect(guarded.replaceAll(/[^\n\r]/g, '')).toBe(code.replaceAll(/[^\n\r]/g, ''));
    const bare = guarded.replaceAll(`if(!${turn}){}else `, '').replaceAll(`{${turn};`, '{').replaceAll(`${turn},`, '');
    expect(bare.replaceAll(turn, '')).toBe(code);
  });

  test('what cannot be read comes back as it is', () => {
    expect(guardLoops('while (')).toBe('while (');
    expect(guardLoops('')).toBe('');
  });

  /** Loops in each other, with braces and without, ended by their own counts. */
  const statements = fc.letrec<{ statement: string; body: string }>((tie) => ({
    statement: fc.oneof(
      { maxDepth: 4 },
      fc.nat(9).map((n) => `log.push(${n});`),
      fc.constantFrom('n++;', ';', 'if (n > 40) return n;', 'if (n % 2) log.push(n); else n++;'),
      tie('body').map((body) => `for (const v of [1, 2]) ${body}`),
      tie('body').map((body) => `for (const k in { a: 1 }) ${body}`),
      tie('body').map((body) => `for (let i = 0; i < 2; i++) ${body}`),
      tie('body').map((body) => `{ let w = 0; while (w++ < 2) ${body} }`),
      tie('body').map((body) => `{ let d = 0; do ${body} while (d++ < 1) }`),
      fc.tuple(tie('body'), tie('body')).map(([a, b]) => `if (n % 3) { ${a} } else ${b}`),
      tie('body').map((body) => `if (n % 2) for (const v of [3]) { ${body} } else log.push('e');`),
      tie('body').map((body) => `(() => { ${body} })();`),
    ),
    body: fc.oneof(
      { maxDepth: 4 },
      tie('statement'),
      fc.array(tie('statement'), { maxLength: 3 }).map((many) => `{ ${many.join('\n')} }`),
    ),
  })).statement;

  test('any nest of loops does what it did', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(statements, { maxLength: 4 }), async (many) => {
        const code = `let n = 0;\n${many.join('\n')}\nreturn n;`;
        expect((await run(guardLoops(code))).result).toBe((await run(code)).result);
      }),
    );
  });
});
