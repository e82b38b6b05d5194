import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StateTtlConfig } from './state-ttl.ts';
import { StateTable } from './state.ts';
import { bytesOf, copyOf } from './state-value.ts';

const s = 1_000;
const ttl = (ms: number) => StateTtlConfig.newBuilder(ms);

describe('keyed state without a time to live', () => {
  it('keeps every key for ever, and counts rows and bytes', () => {
    const table = new StateTable();
    for (let i = 0; i < 1_000; i++) table.put(`customer-${i}`, null, { seen: 1 }, i * 3_600 * s);
    expect(table.rows).toBe(1_000);
    const each = bytesOf('customer-0') + bytesOf({ seen: 1 });
    expect(table.bytes).toBeGreaterThanOrEqual(1_000 * each);
    expect(table.get('customer-0', null, 10_000 * 3_600 * s)).toEqual({ seen: 1 });
    table.remove('customer-0', null);
    expect(table.rows).toBe(999);
  });

  it('gives out copies: a change counts when it is put back', () => {
    const table = new StateTable();
    table.put('a', null, { list: [1] }, 0);
    (table.get('a', null, 0) as { list: number[] }).list.push(2);
    expect(table.get('a', null, 0)).toEqual({ list: [1] });
  });

  it('holds a map for each key', () => {
    const table = new StateTable();
    table.put('a', 'x', 1, 0);
    table.put('a', 'y', 2, 0);
    table.put('b', 'x', 3, 0);
    expect(table.entries('a', 0)).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
    table.clear('a');
    expect([table.rows, table.entries('a', 0), table.get('b', 'x', 0)]).toEqual([1, [], 3]);
  });
});

describe('StateTtlConfig (F28)', () => {
  it('ends an entry at its time after it was written, and a write starts anew', () => {
    const table = new StateTable(ttl(10 * s).build());
    table.put('a', null, 1, 0);
    expect(table.get('a', null, 10 * s - 1)).toBe(1);
    table.put('a', null, 2, 9 * s);
    expect(table.get('a', null, 18 * s)).toBe(2);
    expect(table.get('a', null, 19 * s)).toBe(undefined);
    expect(table.rows).toBe(0);
  });

  it('OnReadAndWrite: a read starts anew as well', () => {
    const table = new StateTable(
      ttl(10 * s)
        .setUpdateType('OnReadAndWrite')
        .build(),
    );
    table.put('a', null, 1, 0);
    for (let nowMs = 9 * s; nowMs < 100 * s; nowMs += 9 * s) expect(table.get('a', null, nowMs)).toBe(1);
    expect(table.get('a', null, 109 * s)).toBe(undefined);
  });

  it('ReturnExpiredIfNotCleanedUp: the first read after its time still sees it', () => {
    const config = ttl(s).setStateVisibility('ReturnExpiredIfNotCleanedUp').disableCleanupInBackground().build();
    const table = new StateTable(config);
    table.put('a', null, 1, 0);
    expect([table.get('a', null, 5 * s), table.get('a', null, 5 * s)]).toEqual([1, undefined]);
  });

  it('removes keys that never come again in the background, and keeps them when that is off', () => {
    const rowsAfter = (table: StateTable) => {
      for (let i = 0; i < 5_000; i++) table.put(`session-${i}`, null, i, i);
      return table.rows;
    };
    expect(rowsAfter(new StateTable(ttl(100).disableCleanupInBackground().build()))).toBe(5_000);
    expect(rowsAfter(new StateTable(ttl(100).build()))).toBeLessThan(250);
  });

  it('takes the same rows after a snapshot and its restore', () => {
    const table = new StateTable(ttl(10 * s).build());
    table.put('a', null, 1, 0);
    const saved = table.snapshot();
    table.put('a', null, 2, s);
    table.put('b', null, 3, s);
    table.restore(saved);
    expect([table.rows, table.get('a', null, 2 * s), table.get('b', null, 2 * s)]).toEqual([1, 1, undefined]);
    expect(table.bytes).toBeGreaterThan(0);
  });

  it('refuses a time to live that is none', () => {
    expect(() => ttl(0)).toThrow('newBuilder() is 0');
  });
});

describe('laws of state', () => {
  it('rows and bytes are those of what is stored, whatever was done', () => {
    const steps = fc.array(
      fc.record({
        key: fc.nat(5),
        mapKey: fc.nat(2),
        act: fc.constantFrom('put', 'get', 'remove', 'clear'),
        waitMs: fc.nat(60),
      }),
    );
    fc.assert(
      fc.property(steps, fc.boolean(), (list, hasTtl) => {
        const table = new StateTable(hasTtl ? ttl(100).cleanupIncrementally(2).build() : null);
        let nowMs = 0;
        for (const { key, mapKey, act, waitMs } of list) {
          nowMs += waitMs;
          if (act === 'put') table.put(`k${key}`, mapKey, 'x'.repeat(mapKey), nowMs);
          else if (act === 'get') table.get(`k${key}`, mapKey, nowMs);
          else if (act === 'remove') table.remove(`k${key}`, mapKey);
          else table.clear(`k${key}`);
        }
        const { rows, bytes } = table;
        table.restore(table.snapshot());
        expect([table.rows, table.bytes]).toEqual([rows, bytes]);
        for (let key = 0; key <= 5; key++) table.clear(`k${key}`);
        expect([table.rows, table.bytes]).toEqual([0, 0]);
      }),
    );
  });

  it('copies are deep, and what cannot be kept is refused', () => {
    const value = { list: [1, { a: 'b' }], map: new Map([['k', new Set([1])]]) };
    const copy = copyOf(value);
    expect(copy).toEqual(value);
    expect(copy.list[1]).not.toBe(value.list[1]);
    expect(() => copyOf({ run: () => 1 })).toThrow('plain data');
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(() => copyOf(loop)).toThrow('holds itself');
  });
});
