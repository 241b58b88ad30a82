import { inject } from 'vitest';
import { useTarget } from '../../bin/local/target.ts';

// Runs in each worker before a test file is loaded: the SDK's clients find their AWS by themselves.
const { env, profile } = inject('headgate');
useTarget({ kind: profile === 'endpoint' ? 'endpoint' : 'local', label: profile, env });
