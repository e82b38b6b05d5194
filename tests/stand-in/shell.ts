// jsh, the shell of the hosted runtime: here bash on a real pseudo-terminal, which the program `script` gives it.
import type { TerminalSize } from './messages.ts';

/** What the shell needs in its environment: a short prompt, and nothing that it keeps or tells of its own. */
export const shellEnv = {
  PS1: '❯ ',
  HISTFILE: '/dev/null',
  BASH_SILENCE_DEPRECATION_WARNING: '1',
};

/** Readline's settings: no escape codes around what is pasted. */
export const inputrc = 'set enable-bracketed-paste off\n';

/** The program and its arguments; `note` is the path of a file that gets the name of the terminal. */
export function shellArgs(note: string, { cols, rows }: TerminalSize): [program: string, args: string[]] {
  const shell = `tty > '${note}'; stty cols ${cols} rows ${rows}; exec bash --norc --noprofile -i`;
  if (process.platform !== 'darwin') return ['script', ['-q', '-e', '-f', '-c', shell, '/dev/null']];
  // BSD's script takes a pipe or a terminal as its input, but not the socket that Node.js gives.
  return ['bash', ['-c', 'exec script -q /dev/null sh -c "$1" < <(exec cat)', 'jsh', shell]];
}
