// Which engine a page runs programs in, and what else it can offer: from what was chosen, what is needed and what is there.

import type { Exercise, Needs } from '#graders/exercise.ts';
import type { Failure } from '#graders/verdict.ts';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { mayMendByReload } from '#src/sandbox/retry.ts';
import type { ContainerStatus } from '#src/sandbox/webcontainer/container.ts';

export interface EngineQuestion {
  readonly needs?: Needs | undefined;
  /** What was chosen on this device. */
  readonly chosen: EngineKind;
  /** This page is isolated: a container may be started on it. */
  readonly isNodePage: boolean;
  /** Idle where there is none. */
  readonly container: ContainerStatus;
  /** The learner took the embedded engine until this page is left. */
  readonly isEmbeddedForNow: boolean;
}

export type EngineReason =
  /** Nothing else was chosen. */
  | 'default'
  /** Full Node, as chosen. */
  | 'chosen'
  /** Full Node was chosen, and this page is not one of those that can start it. */
  | 'elsewhere'
  | 'for-now'
  /** Full Node could not be had. */
  | 'failed'
  /** The exercise needs Node, and this is not it. */
  | 'needs-node';

export interface EngineChoice {
  readonly engine: EngineKind;
  /** False when this engine cannot run the exercise at all: the run is refused with `refusalOf`. */
  readonly canRun: boolean;
  /** How Full Node can be had instead: on a page of its own, on this one at once, or after a reload. Null when it is in use or cannot be had. */
  readonly offerNode: 'go' | 'here' | 'reload' | null;
  /** Worth saying now: Full Node is slow to come, or does not. It can be chosen at any time. */
  readonly offerEmbedded: boolean;
  readonly why: EngineReason;
}

/**
 * Laws: a container is started only where it was chosen, since that loads another party's runtime; an exercise that
 * any engine can run is never kept from running by a container that does not come.
 */
export function engineChoice(question: EngineQuestion): EngineChoice {
  const { needs, chosen, isNodePage, container, isEmbeddedForNow } = question;
  const needsNode = needs?.engine === 'node';
  const embedded = (why: EngineReason, offerNode: EngineChoice['offerNode']): EngineChoice => ({
    engine: 'embedded',
    canRun: !needsNode,
    offerNode,
    offerEmbedded: false,
    why: needsNode ? 'needs-node' : why,
  });
  if (!isNodePage) return embedded(chosen === 'node' ? 'elsewhere' : 'default', 'go');
  if (chosen === 'embedded') return embedded('default', 'here');
  if (isEmbeddedForNow) return embedded('for-now', wayBack(container));
  // What was lost is started anew by the next run; what never came stays away until then.
  if (container.state === 'failed' && container.trouble !== 'lost' && !needsNode)
    return embedded('failed', wayBack(container));
  const isInDoubt = container.state === 'failed' || (container.state === 'booting' && container.isSlow);
  return { engine: 'node', canRun: true, offerNode: null, offerEmbedded: isInDoubt && !needsNode, why: 'chosen' };
}

function wayBack(container: ContainerStatus): EngineChoice['offerNode'] {
  if (container.state !== 'failed' || container.trouble === 'lost') return 'here';
  return mayMendByReload(container.trouble) ? 'reload' : null;
}

/** What the page says of the choice, complete sentences; null when there is nothing to explain. */
export function choiceWords({ why }: EngineChoice, needs?: Needs): string | null {
  switch (why) {
    case 'default':
    case 'chosen':
      return null;
    case 'elsewhere':
      return 'You have chosen Full Node, which runs on a page of its own. Here the embedded engine gives the same verdict.';
    case 'for-now':
      return 'Runs go to the embedded engine until you say otherwise. The verdict is the same.';
    case 'failed':
      return 'Full Node could not be started, so runs go to the embedded engine. The verdict is the same; packages from npm are not there.';
    case 'needs-node':
      return needs === undefined ? null : `This exercise needs Node.js. ${needs.why} ${needs.embedded}`;
  }
}

/** Why this engine does not run the exercise, as a failure that is no grade; null when it does. */
export function refusalOf({ needs }: Pick<Exercise, 'needs'>, engine: EngineKind): Failure | null {
  if (needs === undefined || engine === needs.engine) return null;
  return {
    kind: 'engine',
    message: `This exercise needs Node.js, so it was not run. ${needs.why} ${needs.embedded} To run it, choose Full Node in the line below the editor; your files come along.`,
    file: null,
    line: null,
    column: null,
    scenario: null,
    seed: null,
    atMs: null,
    stack: [],
  };
}
