// The service that a program asks: answers, refusals and counts, in virtual time.

import { eventClass, type Kernel } from '../../clock/kernel.ts';
import type { ProgramProcess } from '../../process/process.ts';
import type { Rng } from '../../traffic/rng.ts';
import { refusalMs, RemoteService, type ServiceSpec } from '../async-service.ts';
import type { Customer, CustomerService } from './api.ts';
import { ServiceError, type ServiceErrorCode } from './errors.ts';

export interface CustomerServiceSpec extends ServiceSpec {
  /** What each further id of a batch adds to its latency, in ms. */
  readonly rowMs?: number;
  /** What the budget counts: calls, or the ids in them (T7). Calls by default. */
  readonly budgetCounts?: 'calls' | 'rows';
}

/** A subtask's thread, held by a call that blocks. */
export interface CallingThread {
  hold(): void;
  release(): void;
}

interface Waiting {
  readonly process: ProgramProcess;
  readonly run: () => void;
}

const segments = ['gold', 'silver', 'basic'] as const;
const countries = ['de', 'fr', 'pl', 'it', 'es'] as const;

/**
 * The service of a run; it outlives the processes that call it, and works on for one that has died.
 *
 * Laws: never more than `concurrency` calls at work; each call ends once; answers come at whole milliseconds, so that those of
 * one millisecond cost one turn of the host.
 */
export class CustomerServiceModel {
  readonly counts = { calls: 0, rows: 0, ok: 0, overBudget: 0, unavailable: 0, failed: 0, notFound: 0 };
  readonly #kernel: Kernel;
  readonly #spec: CustomerServiceSpec;
  readonly #remote: RemoteService;
  #working = 0;
  #waiting: Waiting[] = [];
  #mostInFlight = 0;

  constructor(options: { kernel: Kernel; spec: CustomerServiceSpec; rng: Rng }) {
    this.#kernel = options.kernel;
    this.#spec = options.spec;
    this.#remote = new RemoteService(options.spec, options.rng);
  }

  /** Calls at work or waiting in the service. */
  get inFlight(): number {
    return this.#working + this.#waiting.length;
  }
  get mostInFlight(): number {
    return this.#mostInFlight;
  }

  /** The interface of one process; `threadOf` tells which subtask's thread is calling, null when none is. */
  open(process: ProgramProcess, threadOf: () => CallingThread | null): CustomerService {
    const one = async (ids: Promise<(Customer | null)[]>): Promise<Customer> => (await ids)[0] as Customer;
    return Object.freeze({
      lookup: (id: string) => one(this.#call(process, [checkId(id, 'lookup')], true)),
      lookupBatch: (ids: readonly string[]) => this.#call(process, checkIds(ids), false),
      lookupBlocking: (id: string) => {
        const thread = threadOf();
        if (thread === null)
          throw new TypeError(
            'lookupBlocking() was called outside a function of the job, or after its first await. Call it first.',
          );
        const ids = [checkId(id, 'lookupBlocking')];
        thread.hold();
        return one(this.#call(process, ids, true).finally(() => thread.release()));
      },
    });
  }

  #call(process: ProgramProcess, ids: readonly string[], mustExist: boolean): Promise<(Customer | null)[]> {
    return process.promise((resolve, reject) => {
      this.counts.calls++;
      this.counts.rows += ids.length;
      const fail = (code: ServiceErrorCode, message: string) => reject(new ServiceError(code, message));
      const refusal = this.#remote.refusalAt(this.#kernel.nowMs, this.#spec.budgetCounts === 'rows' ? ids.length : 1);
      if (refusal !== null) {
        if (refusal === 'over-budget') this.counts.overBudget++;
        else this.counts.unavailable++;
        this.#answerIn(refusalMs, () =>
          refusal === 'over-budget'
            ? fail('TOO_MANY_REQUESTS', 'The query budget is used up. Send less, then try again.')
            : fail('UNAVAILABLE', 'The service is down. Wait, then try again.'),
        );
        return;
      }
      this.#work(process, ids.length, (hasFailed) => {
        if (hasFailed) return fail('INTERNAL_ERROR', 'The call failed in the service. Try again.');
        const customers = ids.map(customerOf);
        if (mustExist && customers[0] === null) {
          this.counts.notFound++;
          return fail('NOT_FOUND', `There is no customer ${JSON.stringify(ids[0])}. Trying again is no use.`);
        }
        this.counts.ok++;
        resolve(customers);
      });
    });
  }

  #work(process: ProgramProcess, rows: number, done: (hasFailed: boolean) => void): void {
    const run = () => {
      this.#working++;
      const latencyMs = this.#remote.drawLatencyMs(this.#kernel.nowMs) + (rows - 1) * (this.#spec.rowMs ?? 0);
      const hasFailed = this.#remote.drawFailure();
      this.#answerIn(latencyMs, () => {
        this.#working--;
        if (hasFailed) this.counts.failed++;
        done(hasFailed);
        this.#next();
      });
    };
    if (this.#working < (this.#spec.concurrency ?? Infinity)) run();
    else this.#waiting.push({ process, run });
    this.#mostInFlight = Math.max(this.#mostInFlight, this.inFlight);
  }

  #next(): void {
    while (this.#working < (this.#spec.concurrency ?? Infinity)) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.process.isAlive) next.run();
    }
  }

  #answerIn(ms: number, answer: () => void): void {
    this.#kernel.at(Math.ceil(this.#kernel.nowMs + ms), eventClass.completion, answer);
  }
}

/** A customer by id, always the same; null for one that is not known. */
export function customerOf(id: string): Customer | null {
  if (!id.startsWith('customer-')) return null;
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) >>> 0;
  const segment = segments[hash % segments.length] as Customer['segment'];
  return Object.freeze({ id, segment, country: countries[hash % countries.length] as string });
}

function checkId(id: unknown, method: string): string {
  if (typeof id !== 'string' || id === '')
    throw new TypeError(`service.${method}() takes a customer's id, got ${typeof id}.`);
  return id;
}

function checkIds(ids: unknown): string[] {
  if (!Array.isArray(ids)) throw new TypeError('service.lookupBatch() takes an array of ids.');
  if (ids.length === 0) throw new RangeError('service.lookupBatch() got no ids. Call it only with at least one.');
  return ids.map((id) => checkId(id, 'lookupBatch'));
}
