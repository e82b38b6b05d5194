// The thread that a program runs in, as one file for the container: the Node host's own worker.

import '#graders/hosts/node-worker.ts';
