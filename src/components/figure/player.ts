// The moment of a run that is shown: set by hand, or moved by a clock when the reader asks for it.
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Player {
  readonly ms: number;
  readonly isPlaying: boolean;
  /** Shows a moment and stops playing. */
  show(ms: number): void;
  /** Plays to the end, from the beginning when the end is shown; or stops. */
  toggle(): void;
}

/** Plays `durationMs` of a run in `wallMs` of the reader's time. */
export function usePlayer(durationMs: number, startMs: number, wallMs = 7_500): Player {
  const [ms, setMs] = useState(startMs);
  const [isPlaying, setPlaying] = useState(false);
  const shown = useRef(ms);
  shown.current = ms;

  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    let before = performance.now();
    const step = (now: number) => {
      const next = shown.current + ((now - before) * durationMs) / wallMs;
      before = now;
      setMs(Math.min(next, durationMs));
      if (next >= durationMs) setPlaying(false);
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, durationMs, wallMs]);

  return {
    ms,
    isPlaying,
    show(at) {
      setPlaying(false);
      setMs(at);
    },
    toggle() {
      if (!isPlaying && ms >= durationMs) setMs(0);
      setPlaying(!isPlaying);
    },
  };
}
