// What the page shows of Full Node, loaded where it is: nothing of it weighs on a page that runs the embedded engine.

export { NodeNotices } from './NodeNotices.tsx';
export { TerminalPanel } from './TerminalPanel.tsx';
