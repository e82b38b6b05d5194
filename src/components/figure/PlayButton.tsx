// Play or stop, next to a scrubber. Readers who asked for less motion do not see it: they have the scrubber.
import './play-button.css';

export function PlayButton({
  isPlaying,
  onToggle,
  label = 'Play the run',
}: {
  readonly isPlaying: boolean;
  readonly onToggle: () => void;
  readonly label?: string;
}) {
  return (
    <button type="button" class="button play-button" onClick={onToggle} aria-label={isPlaying ? 'Pause' : label}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={isPlaying ? 'M3 2.5H6.5V13.5H3ZM9.5 2.5H13V13.5H9.5Z' : 'M4 2.2L13.5 8L4 13.8Z'} fill="currentColor" />
      </svg>
    </button>
  );
}
