// For tests: a container of files alone, with a person at its terminal, that can be slow, fail, and be lost.

import { ContainerError, type Container, type ContainerStatus } from '#src/sandbox/webcontainer/container.ts';

export const folder = 'cap-intake';

export interface SampleContainer extends Pick<Container, 'files' | 'onStatus'> {
  status: ContainerStatus;
  generation: number;
  /** Texts by path relative to the exercise's folder. */
  readonly texts: Map<string, string>;
  /** Paths that the page wrote or removed, in order. */
  readonly written: string[];
  readonly read: string[];
  /** How long the next call takes. */
  latencyMs(): number;
  /** Whether the next call fails, and whether it does its work all the same. */
  fault(kind: 'look' | 'write'): 'none' | 'fails' | 'does-and-fails';
  boot(): void;
  /** All that was in it is gone, and calls under way are rejected. */
  lose(): void;
}

export function createSampleContainer(): SampleContainer {
  const hearers = new Set<(status: ContainerStatus) => void>();
  const texts = new Map<string, string>();
  const inside = (path: string): string => path.slice(folder.length + 1);

  /** Reads see what is there when they are answered, writes are done when they are asked for. */
  function call<T>(path: string, answer: () => T, work: (() => void) | null = null): Promise<T> {
    const { generation } = container;
    const fault = container.fault(work === null ? 'look' : 'write');
    const lost = (): boolean => container.status.state !== 'ready' || generation !== container.generation;
    if (!lost() && fault !== 'fails') work?.();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (lost()) reject(new ContainerError('lost', 'The container is gone.'));
        else if (fault === 'none') resolve(answer());
        else reject(new Error(`ENOENT: no such file or directory, '${path}'`));
      };
      const ms = container.latencyMs();
      if (ms === 0) settle();
      else setTimeout(settle, ms);
    });
  }

  function tell(status: ContainerStatus): void {
    container.status = status;
    for (const hear of hearers) hear(status);
  }

  const container: SampleContainer = {
    status: { state: 'idle' },
    generation: 0,
    texts,
    written: [],
    read: [],
    latencyMs: () => 0,
    fault: () => 'none',
    onStatus(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    boot() {
      texts.clear();
      container.generation++;
      tell({ state: 'ready', bootMs: 1 });
    },
    lose() {
      texts.clear();
      tell({ state: 'failed', trouble: 'lost', detail: '' });
    },
    files: {
      read(path) {
        container.read.push(inside(path));
        return call(path, () => texts.get(inside(path)) ?? null);
      },
      write(path, text) {
        container.written.push(inside(path));
        return call(
          path,
          () => {},
          () => void texts.set(inside(path), text.toWellFormed()),
        );
      },
      remove(path) {
        container.written.push(inside(path));
        return call(
          path,
          () => {},
          () => void texts.delete(inside(path)),
        );
      },
      list(path) {
        const prefix = path === folder ? '' : `${inside(path)}/`;
        return call(path, () => {
          const names = [...texts.keys()]
            .filter((each) => each.startsWith(prefix))
            .map((each) => each.slice(prefix.length));
          return [...new Set(names.map((name) => name.replace(/\/.*/, '/')))];
        });
      },
    },
  };
  return container;
}
