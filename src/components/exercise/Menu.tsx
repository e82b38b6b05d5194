// A button that opens a small panel below it.

import type { ComponentChildren } from 'preact';
import { useMenu } from './use-menu.ts';

export interface MenuProps {
  readonly label: string;
  readonly children: (close: () => void) => ComponentChildren;
}

export function Menu({ label, children }: MenuProps) {
  const { isOpen, root, button, toggle, close, onKeyDown } = useMenu<HTMLDivElement>();
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        class="button button-quiet menu-button"
        aria-expanded={isOpen}
        aria-label={label}
        title={label}
        onClick={toggle}
      >
        <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
          <path d="M3.5 9h.01M9 9h.01M14.5 9h.01" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" />
        </svg>
      </button>
      {isOpen && <div class="menu-panel">{children(close)}</div>}
    </div>
  );
}
