// Property tests draw the same cases on each run, so that a red test is about the change at hand. To look for new ones:
// FC_SEED=7 npm run test:unit
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env['FC_SEED'] ?? 20_261) });
