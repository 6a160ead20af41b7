import { readFileSync, statSync } from 'node:fs';
import { CallError, invalid } from '../call-error.ts';
import type { Call, Methods } from '../method.ts';
import { integerAt, textAt } from '../params.ts';

/** Fetching a file or a job's log, by way of `/_download`. */
export const fileMethods: Methods = {
  'filesystem.get': {
    params: ['path'],
    role: 'FULL_ADMIN',
    job: true,
    call: ({ params }) => readFile(textAt(params, 0, 'path')),
  },
  'core.download': {
    params: ['method', 'args', 'filename', 'buffered?'],
    // that of the one method that can be downloaded here
    role: 'FULL_ADMIN',
    call: download,
  },
  'core.job_download_logs': {
    params: ['id', 'filename', 'buffered?'],
    call(call) {
      const id = integerAt(call.params, 0, 'id');
      if (call.nas.jobs.logsOf(id) === '') throw new CallError('This job has no logs');
      return urlFor(call, { id, filename: textAt(call.params, 1, 'filename'), logs: true });
    },
  },
};

/** What a token for `/_download` is for. */
export interface Download {
  readonly id: number;
  readonly filename: string;
  /** Of the job's log, not of its result. */
  readonly logs: boolean;
}

/** Files without a size, as all of /proc are, come empty. */
function readFile(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new CallError('File does not exist', 'ENOENT');
  return size === 0 ? '' : readFileSync(path, 'utf8');
}

function download(call: Call): readonly [number, string] {
  const method = textAt(call.params, 0, 'method');
  const [, args] = call.params;
  if (method !== 'filesystem.get') throw new CallError('Job has no output pipe');
  if (!Array.isArray(args)) throw invalid('args', 'Input should be a valid list');
  const { nas, session } = call;
  const id = nas.jobs.start({
    method,
    shownParams: args,
    messageId: undefined,
    session,
    run: async () => readFile(textAt(args, 0, 'path')),
  });
  return [id, urlFor(call, { id, filename: textAt(call.params, 2, 'filename'), logs: false })];
}

function urlFor({ nas, session }: Call, attributes: Download): string {
  const { credentials } = session;
  if (!credentials) throw new CallError('Not authenticated', 'ENOTAUTHENTICATED');
  const options = { ttlSeconds: 300, attributes, matchOrigin: true, singleUse: true };
  const token = nas.tokens.create(session, credentials, options);
  return `/_download/${attributes.id}?auth_token=${token}`;
}
