// The files of one partition, counted in two groups: those of full size, and the small ones that a compaction would join.

/** Files that are added or removed together. */
export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

export interface PartitionFiles {
  readonly rows: number;
  readonly small: FileCount;
  readonly full: FileCount;
}

export const noFiles: PartitionFiles = { rows: 0, small: { files: 0, bytes: 0 }, full: { files: 0, bytes: 0 } };

/** Both groups together. */
export function allFiles({ small, full }: PartitionFiles): FileCount {
  return { files: small.files + full.files, bytes: small.bytes + full.bytes };
}

/** Adds `files` files of the same size. A file below `targetFileBytes` is small. */
export function withFiles(partition: PartitionFiles, added: FileCount, targetFileBytes: number): PartitionFiles {
  if (added.files === 0) return partition;
  const group = added.bytes / added.files < targetFileBytes ? 'small' : 'full';
  return { ...partition, [group]: plus(partition[group], added) };
}

/** `bytes` in files of full size and a small one for the rest; one file at least. */
export function withBytes(
  partition: PartitionFiles,
  bytes: number,
  targetFileBytes: number,
): { readonly after: PartitionFiles; readonly addedFiles: number } {
  const full = Math.floor(bytes / targetFileBytes);
  const rest = bytes - full * targetFileBytes;
  const isRest = rest > 0 || full === 0;
  let after = withFiles(partition, { files: full, bytes: full * targetFileBytes }, targetFileBytes);
  if (isRest) after = withFiles(after, { files: 1, bytes: rest }, targetFileBytes);
  return { after, addedFiles: full + (isRest ? 1 : 0) };
}

/** Without `share` of its files, rounded up in each group, and without their bytes. */
export function withoutShare(
  partition: PartitionFiles,
  share: number,
): { readonly after: PartitionFiles; readonly removed: FileCount } {
  const small = part(partition.small, share);
  const full = part(partition.full, share);
  return {
    after: { ...partition, small: minus(partition.small, small), full: minus(partition.full, full) },
    removed: plus(small, full),
  };
}

/** Without its small files, when there are two of them or more to join. */
export function withoutSmall(partition: PartitionFiles): {
  readonly after: PartitionFiles;
  readonly removed: FileCount;
} {
  const { small } = partition;
  if (small.files < 2) return { after: partition, removed: { files: 0, bytes: 0 } };
  return { after: { ...partition, small: { files: 0, bytes: 0 } }, removed: small };
}

function part({ files, bytes }: FileCount, share: number): FileCount {
  const some = Math.min(files, Math.ceil(files * share));
  return { files: some, bytes: files === 0 ? 0 : (bytes * some) / files };
}

function plus(a: FileCount, b: FileCount): FileCount {
  return { files: a.files + b.files, bytes: a.bytes + b.bytes };
}

function minus(a: FileCount, b: FileCount): FileCount {
  return { files: a.files - b.files, bytes: a.files === b.files ? 0 : Math.max(0, a.bytes - b.bytes) };
}
