// The page that Full Node keeps its contract in.
import { pageContainer } from '#src/sandbox/webcontainer/page.ts';
import { offerHarness } from './harness.ts';

offerHarness(pageContainer().engine);
