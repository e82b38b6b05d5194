// How a small panel below its button behaves: Escape, a press outside and leaving it close it.

import { useEffect, useRef, useState, type MutableRef } from 'preact/hooks';

export interface MenuBehaviour<Root extends HTMLElement> {
  readonly isOpen: boolean;
  /** Goes on the element that holds button and panel. */
  readonly root: MutableRef<Root | null>;
  /** Goes on the button; closing gives it the focus back. */
  readonly button: MutableRef<HTMLButtonElement | null>;
  toggle(): void;
  close(): void;
  onKeyDown(event: KeyboardEvent): void;
}

export function useMenu<Root extends HTMLElement>(): MenuBehaviour<Root> {
  const [isOpen, setIsOpen] = useState(false);
  const root = useRef<Root>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onPress = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setIsOpen(false);
    };
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('focusin', onPress);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('focusin', onPress);
    };
  }, [isOpen]);
  const close = (): void => {
    setIsOpen(false);
    button.current?.focus();
  };
  return {
    isOpen,
    root,
    button,
    toggle: () => setIsOpen(!isOpen),
    close,
    onKeyDown(event) {
      if (event.key !== 'Escape' || !isOpen) return;
      event.stopPropagation();
      close();
    },
  };
}
