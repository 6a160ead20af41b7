import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { CallError, invalid } from '../call-error.ts';
import { filterList, type Row } from '../filter-list.ts';
import type { Call, Method, Methods, Nas } from '../method.ts';
import type { CronJob, InitScript } from '../nas-database.ts';
import { fieldOf, integerAt, objectAt } from '../params.ts';

type Data = Readonly<Record<string, unknown>>;
type Table = 'initScripts' | 'cronJobs';

/** Commands that run as somebody at some time, of which every one can be run by hand. */
export const automationMethods: Methods = {
  ...tableMethods('initshutdownscript', 'initScripts', readInitScript),
  ...tableMethods('cronjob', 'cronJobs', readCronJob),
  'cronjob.run': {
    params: ['id', 'skip_disabled?'],
    role: 'SYSTEM_CRON_WRITE',
    job: true,
    call: runCronJob,
  },
};

/** `query`, `get_instance`, `create`, `update`, `delete` of one table. */
function tableMethods<T extends InitScript | CronJob>(
  service: string,
  table: Table,
  read: (data: Data, id: number) => T,
): Methods {
  const reading = { role: 'SYSTEM_CRON_READ' } as const;
  const writing = (doing: string): Pick<Method, 'role' | 'audit'> => ({
    role: 'SYSTEM_CRON_WRITE',
    audit: () => `${service}: ${doing}`,
  });
  const rows = ({ database }: Nas) => database.data[table] as unknown as readonly T[];
  const store = ({ database }: Nas, next: readonly T[]) => database.change({ [table]: next });
  const one = ({ nas, params }: Call): T => {
    const id = integerAt(params, 0, 'id');
    const found = rows(nas).find((row) => row.id === id);
    if (!found) throw invalid(null, `${service} ${id} does not exist`, 'ENOENT');
    return found;
  };
  return {
    [`${service}.query`]: {
      ...reading,
      params: ['filters?', 'options?'],
      call: ({ nas, params }) => filterList(rows(nas), params[0], params[1]),
    },
    [`${service}.get_instance`]: { ...reading, params: ['id', 'options?'], call: one },
    [`${service}.create`]: {
      ...writing('create'),
      params: ['data'],
      call({ nas, params }) {
        const made = read(objectAt(params, 0, 'data'), nas.database.nextId());
        store(nas, [...rows(nas), made]);
        return made;
      },
    },
    [`${service}.update`]: {
      ...writing('update'),
      params: ['id', 'data?'],
      call(call) {
        const before = one(call);
        const after = read({ ...before, ...objectAt(call.params, 1, 'data') }, before.id);
        store(
          call.nas,
          rows(call.nas).map((row) => (row === before ? after : row)),
        );
        return after;
      },
    },
    [`${service}.delete`]: {
      ...writing('delete'),
      params: ['id'],
      call(call) {
        const gone = one(call);
        store(
          call.nas,
          rows(call.nas).filter((row) => row !== gone),
        );
        return true;
      },
    },
  };
}

function readInitScript(data: Data, id: number): InitScript {
  const text = (name: string, fallback?: string) =>
    fieldOf<string>(data, name, {
      type: 'string',
      ...(fallback === undefined ? {} : { fallback }),
    });
  const [type, when] = [text('type'), text('when')];
  const known = type === 'COMMAND' || type === 'SCRIPT';
  if (!known) throw invalid('type', "Input should be 'COMMAND' or 'SCRIPT'");
  if (when !== 'PREINIT' && when !== 'POSTINIT' && when !== 'SHUTDOWN') {
    throw invalid('when', "Input should be 'PREINIT', 'POSTINIT' or 'SHUTDOWN'");
  }
  const [command, script] = [text('command', ''), text('script', '')];
  if (type === 'COMMAND' && command === '') throw invalid('command', 'This field is required');
  if (type === 'SCRIPT') assertExecutable(script);
  return {
    id,
    type,
    command,
    script,
    when,
    enabled: fieldOf<boolean>(data, 'enabled', { type: 'boolean', fallback: true }),
    timeout: fieldOf<number>(data, 'timeout', { type: 'number', fallback: 10 }),
    comment: text('comment', ''),
  };
}

function assertExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    // absent, or not to be run: the middleware tells the two apart no better
    throw invalid('script', 'The script must exist and be executable');
  }
}

const HOURLY: Row = { minute: '00', hour: '*', dom: '*', month: '*', dow: '*' };

function readCronJob(data: Data, id: number): CronJob {
  const flag = (name: string, fallback: boolean) =>
    fieldOf<boolean>(data, name, { type: 'boolean', fallback });
  return {
    id,
    user: fieldOf<string>(data, 'user', { type: 'string' }),
    command: fieldOf<string>(data, 'command', { type: 'string' }),
    description: fieldOf<string>(data, 'description', { type: 'string', fallback: '' }),
    enabled: flag('enabled', true),
    stdout: flag('stdout', true),
    stderr: flag('stderr', false),
    schedule: { ...HOURLY, ...objectAt([data['schedule']], 0, 'schedule') },
  };
}

/** Its output is the job's log, whether or not it goes out as mail. */
async function runCronJob({ nas, params, progress, log }: Call): Promise<null> {
  const id = integerAt(params, 0, 'id');
  const found = nas.database.data.cronJobs.find((job) => job.id === id);
  if (!found) throw invalid(null, `cronjob ${id} does not exist`, 'ENOENT');
  if (params[1] === true && !found.enabled) return null;
  progress(10, 'Executing Cron Task');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    const child = spawn('sh', ['-c', found.command], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => log(String(chunk)));
    child.stderr.on('data', (chunk) => log(String(chunk)));
    child.on('error', reject);
    child.on('close', resolve);
  });
  progress(85, 'Executed Cron Task');
  if (exitCode === 0) return null;
  throw new CallError(
    `CronTask "${found.command}" exited with ${exitCode} (non-zero) exit status.`,
  );
}
