/** Where a call breaks: before its effect (a throttle), or after it (a lost reply). */
export type FaultPoint = 'before' | 'after';

/** Decides, by throwing, whether this point of this call breaks. */
export type Fault = (call: {
  readonly method: string;
  readonly point: FaultPoint;
  /** Points passed so far, over every port that shares the fault. */
  readonly passed: number;
}) => void;

/** Counts points over all ports it wraps and lets `fault` break any of them. */
export const faulty = (fault: Fault) => {
  let passed = 0;
  const pass = (method: string, point: FaultPoint): void => {
    const call = { method, point, passed };
    passed += 1;
    fault(call);
  };
  const around =
    (target: object, method: string, call: (...args: unknown[]) => Promise<unknown>) =>
    async (...args: unknown[]): Promise<unknown> => {
      pass(method, 'before');
      const result = await Reflect.apply(call, target, args);
      pass(method, 'after');
      return result;
    };
  const wrap = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, method) => {
        const call: unknown = Reflect.get(target, method);
        if (typeof call !== 'function' || typeof method !== 'string') return call;
        return around(target, method, (...args) => call.apply(target, args));
      },
    });
  return { wrap, passed: () => passed };
};

/** Breaks one point with `error`, and nothing else. */
export const breakOnce =
  (at: number, error: Error): Fault =>
  ({ passed }) => {
    if (passed === at) throw error;
  };

/** Kills the worker at one point: that call and every later one never come back. */
export const crashAt = (at: number): Fault => {
  let dead = false;
  return ({ passed }) => {
    dead ||= passed === at;
    if (dead) throw new Error('the worker died');
  };
};
