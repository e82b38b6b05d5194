// What a program that writes to a Delta table may import.

export {
  ConcurrentAppendException,
  ConcurrentDeleteDeleteException,
  ConcurrentDeleteReadException,
  ConcurrentTransactionException,
  DeltaConcurrentModificationException,
} from './errors.ts';
export { DeltaTable } from './table.ts';
export type { DeltaTableOptions, DeltaWrite, WriteOptions, WriteResult } from './table.ts';
