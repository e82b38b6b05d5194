// Frames and workers of paper: what is kept warm, what is handed out, and what becomes of a frame that is lost.
import { beforeEach, expect, test, vi } from 'vitest';
import { idlePace, openFrame, type FrameLink, type Pace } from './frame-link.ts';
import { startWorker, type WorkerLink } from './worker-link.ts';
import { createWorkshop } from './workshop.ts';

vi.mock(import('./frame-link.ts'), async (original) => ({ ...(await original()), openFrame: vi.fn() }));
vi.mock(import('./worker-link.ts'), () => ({ startWorker: vi.fn() }));

interface PaperFrame {
  pace: Pace | null;
  lose(): void;
  isStanding: boolean;
  isRemoved: boolean;
}
let frames: PaperFrame[] = [];
let workers: { frame: FrameLink; isDead: boolean }[] = [];
/** Each worker stands when this has been called. */
let stand: (() => void)[] = [];
let standsAtOnce = true;

beforeEach(() => {
  frames = [];
  workers = [];
  stand = [];
  standsAtOnce = true;
  vi.stubGlobal('fetch', async () => ({ ok: true, text: async () => 'script' }));
  vi.mocked(openFrame).mockImplementation(async () => {
    const frame: PaperFrame = { pace: null, lose() {}, isStanding: true, isRemoved: false };
    frames.push(frame);
    return {
      post() {},
      get isStanding() {
        return frame.isStanding;
      },
      onBroken() {},
      forget() {},
      heard() {},
      watch(pace, onLost) {
        Object.assign(frame, { pace, lose: onLost });
        return () => (frame.pace = null);
      },
      remove: () => (frame.isRemoved = true),
    };
  });
  vi.mocked(startWorker).mockImplementation(async (frame) => {
    const worker = { frame, isDead: false };
    workers.push(worker);
    if (!standsAtOnce) await new Promise<void>((resolve) => stand.push(resolve));
    return { start() {}, give() {}, kill: () => (worker.isDead = true) } satisfies WorkerLink;
  });
});

const create = (most = 2) => createWorkshop('frame.html', 'worker.js', most);
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

test('one frame, and as many warm workers as may be wanted at once', async () => {
  const workshop = create(3);
  await Promise.all([workshop.prepare(), workshop.prepare()]);
  expect([frames.length, workers.length]).toEqual([1, 3]);
  await workshop.take();
  expect(workers).toHaveLength(3);
  await workshop.prepare();
  expect(workers).toHaveLength(4);
});

test('workers are warmed one after the other, and no further while one is wanted', async () => {
  standsAtOnce = false;
  const workshop = create(3);
  void workshop.prepare();
  await turn();
  expect(workers).toHaveLength(1);
  const taken = workshop.take();
  stand[0]?.();
  await taken;
  await turn();
  expect(workers).toHaveLength(1);
});

test('an idle frame is watched at leisure, one that is waited for closely', async () => {
  const workshop = create();
  await workshop.prepare();
  expect(frames[0]?.pace).toEqual(idlePace);
  const end = workshop.attend(() => {});
  expect(frames[0]?.pace?.lostMs).toBeLessThan(idlePace.lostMs);
  end();
  expect(frames[0]?.pace).toEqual(idlePace);
});

test('an idle frame that is lost is thrown away, and the next worker lives in a new one', async () => {
  const workshop = create();
  await workshop.prepare();
  frames[0]?.lose();
  await turn();
  expect(frames[0]?.isRemoved).toBe(true);
  expect(workers.every(({ isDead }) => isDead)).toBe(true);
  await workshop.take();
  expect(frames).toHaveLength(2);
  expect(workers.at(-1)?.isDead).toBe(false);
});

test('a frame that is lost while it is waited for is told, with how, and only to who waits now', async () => {
  const workshop = create();
  const told: string[] = [];
  const endFirst = workshop.attend((loss) => told.push(`first: ${loss}`));
  await workshop.take();
  frames[0]?.lose();
  workshop.attend((loss) => told.push(`second: ${loss}`));
  endFirst();
  await workshop.take();
  Object.assign(frames[1] ?? {}, { isStanding: false });
  frames[1]?.lose();
  expect(told).toEqual(['first: died', 'second: removed']);
});

test('a frame that was taken out of the page is noticed when a worker is wanted', async () => {
  const workshop = create();
  await workshop.prepare();
  Object.assign(frames[0] ?? {}, { isStanding: false });
  await workshop.take();
  expect(frames).toHaveLength(2);
});

test('what was opened and is no longer wanted is thrown away when it comes', async () => {
  const workshop = create();
  const preparing = workshop.prepare();
  workshop.clear();
  await preparing;
  await turn();
  expect(frames.map(({ isRemoved }) => isRemoved)).toEqual([true]);
});

test('a frame that does not open is tried again by the next call', async () => {
  vi.mocked(openFrame).mockRejectedValueOnce(new Error('no frame'));
  const workshop = create();
  await expect(workshop.take()).rejects.toThrow('no frame');
  await workshop.take();
  expect(frames).toHaveLength(1);
});
