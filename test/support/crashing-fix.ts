import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ON_ITS_WAY_MS } from '../../src/apply/undo-run.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { JournalEntry } from '../../src/model/run.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Journal, RunStore } from '../../src/ports/run-store.ts';
import type { Truenas } from '../../src/ports/truenas.ts';
import type { OpenVantage, Vantage } from '../../src/ports/vantage.ts';
import {
  applyPlan,
  type RunEnd,
  type RunSurroundings,
  resumeRun,
  undoRunById,
} from '../../src/session/fix-session.ts';

/**
 * A program that carries out a plan and kills itself, as `kill -9` does, at one of its positions:
 * before a line of the journal, in the middle of it, after it; before, in and after each script on
 * a host and each call of an API; at each progress of a job. What is asked again and again until it
 * is so counts once. Orders are lines of its standard input. Without a position it carries one out
 * to its end and prints the name of each position as a line.
 */
export interface CrashOrder {
  readonly folder: string;
  readonly do: 'apply' | 'resume' | 'undo';
  readonly when: readonly Step['when'][];
  /** File of the plan, to apply; id of the run, otherwise. */
  readonly what: string;
  readonly truenas?:
    | { readonly key: string; readonly fingerprint: string; readonly pinFile: string }
    | undefined;
  /** Counted from 0. */
  readonly crashAt?: number;
}

/** What it prints. */
export interface CrashEnd {
  readonly runId: string;
  readonly outcome: RunEnd['outcome'];
  readonly why: string;
  readonly passed: readonly string[];
}

let crashAt: number | undefined;
let passed: string[] = [];
/** What was asked of the outside since the last line of the journal. */
let asked = new Set<string>();

function position(name: string, last?: () => void): void {
  if (passed.length === crashAt) {
    last?.();
    die();
  }
  passed.push(name);
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** The positions around something that is asked of the outside. */
async function around<T>(name: string, question: string, ask: () => Promise<T>): Promise<T> {
  if (asked.has(question)) return ask();
  asked.add(question);
  position(`before ${name}`);
  if (passed.length === crashAt) {
    // on its way, and not called back
    void ask();
    await new Promise((resolve) => setTimeout(resolve, (passed.length % 4) * 15));
    die();
  }
  passed.push(`in ${name}`);
  const answer = await ask();
  position(`after ${name}`);
  return answer;
}

function crashingJournal(journal: Journal, folder: string): Journal {
  const path = join(folder, `${journal.id}.jsonl`);
  const half = (entry: JournalEntry) => {
    const line = JSON.stringify(entry);
    appendFileSync(path, line.slice(0, line.length / 2));
  };
  return {
    ...journal,
    entries: journal.entries,
    async append(entry) {
      const name = `line "${entry.is}"${'step' in entry ? ` of ${entry.step}` : ''}`;
      position(`before ${name}`);
      position(`in ${name}`, () => half(entry));
      await journal.append(entry);
      position(`after ${name}`);
      asked = new Set();
    },
  };
}

function crashingStore(folder: string): RunStore {
  const store = runStoreIn(folder);
  return {
    where: store.where,
    list: store.list,
    create: async (at) => crashingJournal(await store.create(at), folder),
    open: async (id) => crashingJournal(await store.open(id), folder),
  };
}

function crashingTruenas(truenas: Truenas): Truenas {
  return {
    version: truenas.version,
    transport: truenas.transport,
    keepSecret: (...texts) => truenas.keepSecret(...texts),
    call: (method, params, signal) =>
      around(method, `${method} ${JSON.stringify(params)}`, () =>
        truenas.call(method, params, signal),
      ),
    async job(method, params, options) {
      const seen = new Set<number>();
      const onProgress: typeof options.onProgress = (progress) => {
        options.onProgress?.(progress);
        if (seen.has(progress.percent)) return;
        seen.add(progress.percent);
        position(`in ${method} at ${progress.percent} %`);
      };
      const answer = await around(method, method, () =>
        truenas.job(method, params, { ...options, onProgress }),
      );
      // what is read now is another value
      asked = new Set();
      return answer;
    },
  };
}

const openReal = openVantageIn({ locateLabHost, agentPath: '', interactive: false });

const openVantage: OpenVantage = async (url, options, signal) => {
  const vantage = await openReal(url, options, signal);
  const { truenas } = vantage;
  const crashing: Vantage = {
    ...vantage,
    sh: (script, shellOptions) =>
      around('a script', script, () => vantage.sh(script, shellOptions)),
    ...(truenas ? { truenas: crashingTruenas(truenas) } : {}),
  };
  return crashing;
};

/**
 * Whether what a killed one had left on its way has arrived is for the test to see, not for time.
 * Longer pauses spare the NAS log-ins, of which it allows 20 a minute: they stay as long.
 */
const hurried: Clock = {
  now: systemClock.now,
  wait: (ms, signal) => systemClock.wait(ms > 1000 && ms <= ON_ITS_WAY_MS ? 50 : ms, signal),
};

async function obey(order: CrashOrder): Promise<CrashEnd> {
  crashAt = order.crashAt;
  passed = [];
  asked = new Set();
  const { truenas: login } = order;
  const surroundings: RunSurroundings = {
    clock: hurried,
    openVantage,
    store: crashingStore(order.folder),
    vantage: login
      ? {
          truenas: {
            credential: () => Promise.resolve({ kind: 'api-key', key: login.key }),
            fingerprint: login.fingerprint,
            pinFile: login.pinFile,
          },
        }
      : {},
  };
  const options = { signal: AbortSignal.timeout(60_000), tell: () => {} };
  const { runId, outcome, why } = await endOf(order, surroundings, options);
  return { runId, outcome, why, passed };
}

function endOf(
  order: CrashOrder,
  surroundings: RunSurroundings,
  options: Parameters<typeof applyPlan>[3],
): Promise<RunEnd> {
  const { what, when } = order;
  if (order.do === 'undo') return undoRunById(what, surroundings, options);
  if (order.do === 'resume') return resumeRun(what, when, surroundings, options);
  const plan = JSON.parse(readFileSync(what, 'utf8')) as Plan;
  return applyPlan(plan, when, surroundings, options);
}

for await (const line of createInterface({ input: process.stdin })) {
  const end = await obey(JSON.parse(line) as CrashOrder);
  process.stdout.write(`${JSON.stringify(end)}\n`);
}
