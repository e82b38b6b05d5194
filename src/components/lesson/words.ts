// Numbers in running text, one way everywhere.
import { whole } from '#graders/checks/law.ts';

const small =
  'no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );

/** `thirteen`, `21`. */
export const inWords = (count: number): string => small[count] ?? whole(count);

/** `thirteen checks`, `one scenario`, `21 checks`. */
export function counted(count: number, noun: string): string {
  return `${inWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `26,667/s` */
export function perSecond(rate: number): string {
  return `${whole(rate)}/s`;
}

/** Seconds with one decimal at most: `2.6 s`. */
export function inSeconds(ms: number): string {
  const seconds = Math.round(ms / 100) / 10;
  return seconds >= 1_000 ? `${whole(seconds)} s` : `${seconds} s`;
}

/** MiB with two decimals at most. */
export function inMib(bytes: number): string {
  return `${Math.round((bytes / 1024 ** 2) * 100) / 100} MiB`;
}
