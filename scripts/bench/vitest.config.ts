// For the bench alone: the one file that stands for a local workflow.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['scripts/bench/solution.vitest.ts'] } });
