import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../../core/assert.ts';
import type { FromWalker, ToWalker } from './walk-messages.ts';
import { openWalker, type WalkerOptions } from './walker.ts';

/** A walker in a thread of its own. build-worker.ts makes walk-thread-code.ts of it. */
const port = parentPort;
assert(port !== null, 'this runs as a thread');
// What walk.ts hands over; both are of one build, so it needs no parsing.
const walker = openWalker(workerData as WalkerOptions);
const tell = (message: FromWalker): void => port.postMessage(message);

port.on('message', (message: ToWalker) => {
  if (message.kind === 'end') {
    tell({ kind: 'walked', walked: walker.end() });
    port.close();
    return;
  }
  const { buffer, bytes } = message;
  walker.take(Buffer.from(buffer, 0, bytes));
  tell({ kind: 'taken', buffer });
});
