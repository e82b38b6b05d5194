// Brings the views of Full Node once there is something to show.

import { useEffect, useState } from 'preact/hooks';

export type NodeParts = typeof import('./parts.ts');

const importParts = import.meta.env.SSR ? null : () => import('./parts.ts');

/** The views of Full Node; null until they are there, and where they are not wanted. */
export function useNodeParts(isWanted: boolean): NodeParts | null {
  const [parts, setParts] = useState<NodeParts | null>(null);
  useEffect(() => {
    if (!isWanted || importParts === null) return;
    let isOver = false;
    importParts().then(
      (loaded) => {
        if (!isOver) setParts(loaded);
      },
      (error: unknown) => console.warn('What the page shows of Full Node could not be loaded.', error),
    );
    return () => {
      isOver = true;
    };
  }, [isWanted]);
  return parts;
}
