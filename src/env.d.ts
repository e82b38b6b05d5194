// What the build writes into the page's code from the environment: scripts/webcontainer-settings.mjs says how it is given.

interface ImportMetaEnv {
  /** The origin that the container of Full Node comes from. */
  readonly WEBCONTAINER_ORIGIN: string;
  /** The key that this site shows there; empty where it needs none. */
  readonly WEBCONTAINER_KEY: string;
}
