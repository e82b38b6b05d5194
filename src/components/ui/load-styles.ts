// A stylesheet that only some readers need: loaded when they do, as a file of its own.

const loading = new Map<string, Promise<void>>();

/** Resolves when the styles hold. `of` says whose they are, for the message when they do not load; then the next call tries again. */
export function loadStyles(url: string, of: string): Promise<void> {
  const known = loading.get(url);
  if (known !== undefined) return known;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = url;
  const loaded = new Promise<void>((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      loading.delete(url);
      reject(new Error(`The styles of the ${of} did not load.`));
    };
  });
  loading.set(url, loaded);
  document.head.append(link);
  return loaded;
}
