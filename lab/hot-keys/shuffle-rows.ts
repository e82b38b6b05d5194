// What a salt costs in rows: in the shuffle of an aggregation, and on the small side of a join.

import { nonNegativeInteger, positiveInteger } from '../argument.ts';

/**
 * Rows that a key sends into the shuffle when each input partition first combines what it has (M5, SS30): one for each input
 * partition and salt, at most as many as it has rows. Salting such an aggregation makes more of them, not fewer.
 */
export function combinedRows({
  rows,
  inputPartitions,
  salts = 1,
}: {
  readonly rows: number;
  readonly inputPartitions: number;
  readonly salts?: number;
}): number {
  const most = positiveInteger(inputPartitions, 'inputPartitions') * positiveInteger(salts, 'salts');
  return Math.min(nonNegativeInteger(rows, 'rows'), most);
}

/**
 * Rows of the small side of a join whose big side is salted (M5): every salt must find its match, so each row is there once
 * for each salt.
 */
export function replicatedRows(smallSideRows: number, salts: number): number {
  return nonNegativeInteger(smallSideRows, 'smallSideRows') * positiveInteger(salts, 'salts');
}
