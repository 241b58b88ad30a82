/** Reconcile takes the same decisions of runs that nobody reported: see functions/handle-failure. */
export { quarantine } from '../handle-failure.ts';
