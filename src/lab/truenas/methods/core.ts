import { randomUUID } from 'node:crypto';
import { CallError, invalid } from '../call-error.ts';
import { filterList } from '../filter-list.ts';
import type { Call, Methods } from '../method.ts';
import { arpTable, ping } from '../network-tools.ts';
import { integerAt, objectAt, textAt } from '../params.ts';
import { hasRole } from '../session.ts';

/** Jobs, subscriptions and the tools of the machine. */
export const coreMethods: Methods = {
  'core.ping': { params: [], open: true, call: () => 'pong' },
  'core.set_options': { params: ['options'], since: '25.10', call: setOptions },
  'core.get_jobs': {
    params: ['filters?', 'options?'],
    call: (call) => filterList(visibleJobs(call), call.params[0], call.params[1]),
  },
  'core.job_wait': {
    params: ['job_id'],
    job: true,
    call(call) {
      const id = integerAt(call.params, 0, 'job_id');
      assertVisible(call, id);
      return call.nas.jobs.result(id);
    },
  },
  'core.subscribe': {
    params: ['event'],
    open: true,
    call({ session, params }) {
      if (!session.credentials) throw new CallError('Not authorized', 'EACCES');
      const ident = randomUUID();
      session.subscriptions.set(ident, textAt(params, 0, 'event'));
      return ident;
    },
  },
  'core.unsubscribe': {
    params: ['id'],
    open: true,
    call({ session, params }) {
      session.subscriptions.delete(textAt(params, 0, 'id'));
      return null;
    },
  },
  'core.ping_remote': {
    params: ['options'],
    role: 'FULL_ADMIN',
    call: ({ params }) => ping(objectAt(params, 0, 'options')),
  },
  'core.arp': {
    params: ['options?'],
    role: 'FULL_ADMIN',
    call: ({ params }) => arpTable(objectAt(params, 0, 'options')),
  },
  'core.resize_shell': {
    params: ['id', 'cols', 'rows'],
    call({ nas, params }) {
      const terminal = nas.terminals.get(textAt(params, 0, 'id'));
      if (!terminal) throw new CallError('Shell does not exist', 'ENOENT');
      terminal.resize(integerAt(params, 1, 'cols'), integerAt(params, 2, 'rows'));
      return null;
    },
  },
};

function setOptions({ session, params }: Call): null {
  const options = objectAt(params, 0, 'options');
  for (const name of Object.keys(options)) {
    if (!['legacy_jobs', 'private_methods', 'py_exceptions'].includes(name)) {
      throw invalid(`options.${name}`, 'Extra inputs are not permitted');
    }
  }
  if (typeof options['legacy_jobs'] === 'boolean') session.legacyJobs = options['legacy_jobs'];
  return null;
}

/** Whoever is no full administrator sees only the jobs it started. */
function visibleJobs({ nas, session: { credentials } }: Call) {
  const account = credentials?.account;
  return nas.jobs
    .entries()
    .filter(
      ({ id }) =>
        account && (hasRole(account, 'FULL_ADMIN') || nas.jobs.ownerOf(id) === account.username),
    );
}

function assertVisible(call: Call, id: number): void {
  if (!visibleJobs(call).some((job) => job.id === id)) {
    throw new CallError(`Job with id ${id} does not exist`, 'ENOENT');
  }
}
