import { expect, test } from 'vitest';
import { declarationsOf, packagesIn } from './packages.ts';

test('packages and modules of Node.js without declarations are found, whatever the form of the import', () => {
  const sources = [
    `import pLimit from 'p-limit';\nimport type { KafkaContext } from '@spillway/lab';\nimport { queue } from './queue.ts';`,
    `import { Readable } from 'node:stream';\nimport 'side-effect';\nexport { of } from "rxjs";\nimport * as fs from 'node:fs';`,
    `const lazy = await import('@scope/lazy/deep');\nconst text = "not from here";`,
  ];
  expect(packagesIn(sources)).toEqual(['@scope/lazy/deep', 'node:fs', 'p-limit', 'rxjs', 'side-effect']);
});

test('each is declared with its name as a string, and none makes no text', () => {
  expect(declarationsOf(['p-limit', 'node:fs'])).toBe('declare module "p-limit";\ndeclare module "node:fs";\n');
  expect(declarationsOf([])).toBe('');
});
