// A view that lies over editor and verdict for a while: a solution, or two texts to compare.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface OverlayProps {
  readonly title: string;
  /** What the way back is called. */
  readonly back: string;
  readonly onClose: () => void;
  /** Controls at the right end of the head. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Takes the focus when it opens, gives it back when it closes; Escape closes it. */
export function Overlay({ title, back, onClose, tools, children }: OverlayProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section
      class="overlay"
      aria-labelledby="overlay-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header class="overlay-head">
        <h2 id="overlay-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <div class="overlay-tools">{tools}</div>
        <button type="button" class="button" onClick={onClose}>
          {back}
        </button>
      </header>
      {children}
    </section>
  );
}
