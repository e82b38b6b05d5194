// Two texts side by side: which lines they share, and which stand against each other.

/** One row of a comparison; a side is null where the other has a line of its own. Numbers count from 1. */
export interface DiffRow {
  readonly kind: 'same' | 'changed';
  readonly left: { readonly number: number; readonly text: string } | null;
  readonly right: { readonly number: number; readonly text: string } | null;
}

/** Lines of a text; a line break at its end makes no further line. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** A shortest line-by-line comparison: the left lines of all rows are `left`, the right ones `right`. */
export function compareLines(left: readonly string[], right: readonly string[]): DiffRow[] {
  // Longest common subsequence, from the ends; files of an exercise have a few hundred lines.
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i * width + j] =
        left[i] === right[j]
          ? 1 + (common[(i + 1) * width + j + 1] ?? 0)
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }

  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  let [removed, added] = [0, 0];
  function emitChanged(): void {
    for (let k = 0; k < Math.max(removed, added); k++) {
      rows.push({
        kind: 'changed',
        left: k < removed ? side(left, i - removed + k) : null,
        right: k < added ? side(right, j - added + k) : null,
      });
    }
    [removed, added] = [0, 0];
  }
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      emitChanged();
      rows.push({ kind: 'same', left: side(left, i++), right: side(right, j++) });
    } else if (
      j >= right.length ||
      (i < left.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      i++;
      removed++;
    } else {
      j++;
      added++;
    }
  }
  emitChanged();
  return rows;
}

function side(lines: readonly string[], index: number): { number: number; text: string } {
  return { number: index + 1, text: lines[index] ?? '' };
}
