// Light or dark: what is shown now, and the reader's own choice.

export type Theme = 'light' | 'dark';

const key = 'spillway:theme';
const root = () => document.documentElement;
const system = () => matchMedia('(prefers-color-scheme: dark)');

/** The theme that the page shows now. */
export function currentTheme(): Theme {
  const chosen = root().dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return system().matches ? 'dark' : 'light';
}

/**
 * Shows a theme and remembers it. A choice that equals the system's wish is forgotten instead, so that the page
 * follows the system again. A browser that refuses storage shows the theme until the page is left.
 */
export function chooseTheme(theme: Theme): void {
  const followsSystem = theme === (system().matches ? 'dark' : 'light');
  if (followsSystem) delete root().dataset['theme'];
  else root().dataset['theme'] = theme;
  try {
    if (followsSystem) localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // Nothing to remember it in.
  }
  document.dispatchEvent(new CustomEvent('spillway:theme'));
}

/** Calls back whenever another theme is shown, by choice or because the system changed. Returns how to stop. */
export function onThemeChange(listener: (theme: Theme) => void): () => void {
  let shown = currentTheme();
  const check = () => {
    const theme = currentTheme();
    if (theme === shown) return;
    shown = theme;
    listener(theme);
  };
  const query = system();
  document.addEventListener('spillway:theme', check);
  query.addEventListener('change', check);
  return () => {
    document.removeEventListener('spillway:theme', check);
    query.removeEventListener('change', check);
  };
}
