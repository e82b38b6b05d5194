// The words for each trouble that keeps an engine from its work: one table, for verdicts and for the page.

import type { RunKey } from '#graders/hosts/runs.ts';
import type { EngineTrouble, Failure } from '#graders/verdict.ts';

export interface TroubleWords {
  /** A heading, without a full stop. */
  readonly title: string;
  /** What happened, complete sentences. */
  readonly happened: string;
  /** What to do, complete sentences. */
  readonly todo: string;
}

/** What holds whatever the trouble is. */
export const troubleComfort =
  'Your code is safe, and this is not a grade. The embedded engine does all of this but the terminal and packages from npm.';

/** The addresses that the runtime is loaded from and runs at, for whoever keeps a filter. */
const hosts =
  'stackblitz.com, *.staticblitz.com, *.w-corp-staticblitz.com, *.webcontainer.io and *.webcontainer-api.io';

export const troubleWords: Readonly<Record<EngineTrouble, TroubleWords>> = {
  offline: {
    title: 'This device is offline',
    happened: 'Full Node is loaded from StackBlitz’s servers, and there is no connection.',
    todo: 'Connect to the internet and load this page again.',
  },
  'host-unreachable': {
    title: 'StackBlitz cannot be reached',
    happened:
      'The servers that Full Node is loaded from gave no answer that this page could use. Often the filter of a company network, a VPN or a content blocker is in the way.',
    todo: `Allow ${hosts} there, or use another network, and load this page again.`,
  },
  'not-isolated': {
    title: 'This page is not isolated',
    happened:
      'Full Node needs a page that the browser keeps apart from other sites (cross-origin isolation), and this one is not kept apart.',
    todo: 'Load this page again in a tab of its own, not inside another page. If that does not help, its server does not send the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy: please tell whoever runs this site.',
  },
  'storage-blocked': {
    title: 'Storage for StackBlitz is blocked',
    happened:
      'Full Node needs a service worker at StackBlitz’s own addresses, and this browser blocks cookies and storage of other sites. Private windows do so as well.',
    todo: `Allow cookies and site data for ${hosts} in the browser’s settings, and load this page again. In Brave, lower the Shields for this site; in Firefox, turn its tracking protection off for this site.`,
  },
  'unsupported-browser': {
    title: 'This browser cannot run Full Node',
    happened: 'It has no shared memory, WebAssembly or workers, or one of its settings turns them off.',
    todo: 'Use a current Chrome, Edge or another Chromium browser on a computer. In Edge, strict “Enhance your security on the web” turns WebAssembly off: choose Balanced.',
  },
  'key-refused': {
    title: 'StackBlitz did not accept this site’s key',
    happened: 'Full Node is used under a key that belongs to this site, and StackBlitz did not accept it here.',
    todo: 'There is nothing for you to mend: please tell whoever runs this site.',
  },
  'boot-timed-out': {
    title: 'Full Node did not start in time',
    happened: 'StackBlitz was asked for it, and it was not ready after 25 s.',
    todo: 'If it still comes, it will be there for your next run. If not, load this page again; a slow connection, a network filter, blocked cookies of other sites, or little free memory can be the cause.',
  },
  'needs-reload': {
    title: 'Full Node needs a reload',
    happened: 'It stopped, and cannot be started once more in this page.',
    todo: 'Load this page again. If it comes back, close other tabs that run StackBlitz: they share its memory.',
  },
  lost: {
    title: 'Full Node was lost',
    happened: 'It was ready, and then it stopped or no longer answered.',
    todo: 'Run it again. If that does not help, load this page again.',
  },
};

/** What the other side said, short enough to stand in a sentence. */
function inBrackets(detail: string): string {
  const line = detail.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (line === '') return '';
  return ` (${line.length > 200 ? `${line.slice(0, 200)} …` : line})`;
}

/** All that there is to say of a trouble, as complete sentences. */
export function describeTrouble(trouble: EngineTrouble, detail = ''): string {
  const { title, happened, todo } = troubleWords[trouble];
  return `${title}${inBrackets(detail)}. ${happened} ${todo} ${troubleComfort}`;
}

/** The engine could not do its work; `run` is the one that was under way, if any. */
export function engineFailure(
  trouble: EngineTrouble,
  { detail = '', run = null }: { detail?: string; run?: RunKey | null } = {},
): Failure {
  return {
    kind: 'engine',
    message: describeTrouble(trouble, detail),
    file: null,
    line: null,
    column: null,
    scenario: run?.scenario ?? null,
    seed: run?.seed ?? null,
    atMs: null,
    stack: [],
    trouble,
  };
}
