// The name that was probably meant.

/** The number of letters to add, take away or replace, to come from one word to the other. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 0; row < from.length; row++) {
    const line = [row + 1];
    for (let index = 0; index < to.length; index++) {
      const swap = above[index]! + (from[row] === to[index] ? 0 : 1);
      line.push(Math.min(above[index + 1]! + 1, line[index]! + 1, swap));
    }
    above = line;
  }
  return above.at(-1)!;
}

/** The nearest of `names` to a name that is not there, or null when none is near. Case does not count. */
export function nearest(wanted: string, names: readonly string[]): string | null {
  const most = Math.max(2, Math.floor(wanted.length / 2));
  const far = names.map((name) => ({ name, letters: distance(wanted.toLowerCase(), name.toLowerCase()) }));
  const [best] = far.filter(({ letters }) => letters <= most).sort((a, b) => a.letters - b.letters);
  return best?.name ?? null;
}
