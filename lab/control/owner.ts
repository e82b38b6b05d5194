// The owner of a pipeline: asked, and answering in time, or too late, or never.

import type { Approval } from './api.ts';

/** Law: a question is answered once; it expires when its time comes before the answer, and never without one (O9). */
export class Owner {
  readonly #answersAfterMs: number;
  #approval: Approval | null = null;
  #endsAtMs = Infinity;

  /** `answersAfterMs` is Infinity for an owner who never answers. */
  constructor(answersAfterMs: number) {
    this.#answersAfterMs = answersAfterMs;
  }

  get approval(): Approval | null {
    return this.#approval;
  }
  /** When the open question is answered or expires; Infinity without one. */
  get nextMs(): number {
    return this.#approval?.status === 'waiting' ? this.#endsAtMs : Infinity;
  }

  /** Asks, unless a question is open or approved; true when it was asked. */
  ask(nowMs: number, expiresAfterMs: number): boolean {
    if (this.#approval !== null && this.#approval.status !== 'expired') return false;
    this.#approval = { askedAtMs: nowMs, status: 'waiting' };
    this.#endsAtMs = nowMs + Math.min(expiresAfterMs, this.#answersAfterMs);
    return true;
  }

  /** What the open question has become by now; null when nothing has changed. */
  settle(nowMs: number): 'approved' | 'expired' | null {
    if (this.#approval === null || this.nextMs > nowMs) return null;
    const { askedAtMs } = this.#approval;
    const status = askedAtMs + this.#answersAfterMs <= nowMs ? 'approved' : 'expired';
    this.#approval = { askedAtMs, status };
    return status;
  }

  /** A run has started: the answer is used up. */
  forget(): void {
    this.#approval = null;
  }
}
