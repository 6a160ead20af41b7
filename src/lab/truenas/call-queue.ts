/** Of one connection. Source: truenas/middleware utils/lock.py, SoftHardSemaphore(10, 20) */
const AT_ONCE = 10;
const AT_MOST = 20;

export class TooManyCalls extends Error {
  constructor() {
    super(`Maximum number of concurrent calls (${AT_MOST}) has exceeded`);
    this.name = 'TooManyCalls';
  }
}

/** Lets ten calls run and ten more wait. */
export interface CallQueue {
  /** @throws {TooManyCalls} If twenty are under way. */
  run<T>(call: () => Promise<T>): Promise<T>;
}

export function createCallQueue(): CallQueue {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let running = 0;
  return {
    async run(call) {
      if (underWay >= AT_MOST) throw new TooManyCalls();
      underWay += 1;
      if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
      running += 1;
      try {
        return await call();
      } finally {
        running -= 1;
        underWay -= 1;
        waiting.shift()?.();
      }
    },
  };
}
