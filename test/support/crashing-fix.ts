import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { JournalEntry } from '../../src/model/run.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import type { Journal, RunStore } from '../../src/ports/run-store.ts';
import type { OpenVantage } from '../../src/ports/vantage.ts';
import {
  applyPlan,
  type RunSurroundings,
  resumeRun,
  undoRunById,
} from '../../src/session/fix-session.ts';

/**
 * A program that carries out a plan and kills itself, as `kill -9` does, at one of its positions:
 * before a line of the journal, in the middle of it, after it, and before and after each script on
 * a host. Without a position it runs to its end and prints the name of each.
 */
export interface CrashOrder {
  readonly folder: string;
  readonly do: 'apply' | 'resume' | 'undo';
  /** File of the plan, to apply; id of the run, otherwise. */
  readonly what: string;
  /** Counted from 0. */
  readonly crashAt?: number;
}

const order = JSON.parse(process.argv[2] ?? '{}') as CrashOrder;
const passed: string[] = [];

function position(name: string, last?: () => void): void {
  if (passed.length === order.crashAt) {
    last?.();
    process.kill(process.pid, 'SIGKILL');
  }
  passed.push(name);
}

function crashingJournal(journal: Journal): Journal {
  const path = join(order.folder, `${journal.id}.jsonl`);
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
    },
  };
}

function crashingStore(store: RunStore): RunStore {
  return {
    where: store.where,
    list: store.list,
    create: async (at) => crashingJournal(await store.create(at)),
    open: async (id) => crashingJournal(await store.open(id)),
  };
}

const openReal = openVantageIn({ locateLabHost, agentPath: '', interactive: false });

const openVantage: OpenVantage = async (url, options, signal) => {
  const vantage = await openReal(url, options, signal);
  return {
    ...vantage,
    async sh(script, shellOptions) {
      position('before a script');
      if (passed.length === order.crashAt) {
        // on its way, and not called back
        void vantage.sh(script, shellOptions);
        await new Promise((resolve) => setTimeout(resolve, (passed.length % 4) * 15));
      }
      position('in a script');
      const answer = await vantage.sh(script, shellOptions);
      position('after a script');
      return answer;
    },
  };
};

const surroundings: RunSurroundings = {
  clock: systemClock,
  openVantage,
  store: crashingStore(runStoreIn(order.folder)),
  vantage: {},
};
const options = { signal: AbortSignal.timeout(60_000), tell: () => {} };

const end =
  order.do === 'apply'
    ? await applyPlan(readPlan(), ['now'], surroundings, options)
    : order.do === 'resume'
      ? await resumeRun(order.what, ['now'], surroundings, options)
      : await undoRunById(order.what, surroundings, options);
process.stdout.write(JSON.stringify({ ...end, passed }));

function readPlan(): Plan {
  return JSON.parse(readFileSync(order.what, 'utf8')) as Plan;
}
