import type {
  KubeAnswer,
  KubeLogAsk,
  KubeOptions,
  KubePodWriter,
  Kubernetes,
} from '../../ports/kubernetes.ts';
import { type Ask, type AskRaw, askerOf } from './asking.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { execOver } from './exec.ts';
import { type KubeTarget, loadKubeTarget } from './kubeconfig.ts';
import { listPages, parsed } from './listing.ts';
import { PODS, pathOf, queryOf } from './paths.ts';
import { rightText } from './problem.ts';

/** A cluster's API, and beside it, apart, the only way to write to it. */
export interface OpenedKubernetes {
  readonly kube: Kubernetes;
  readonly pods: KubePodWriter;
}

const LOG_LIMIT_BYTES = 1024 * 1024;
const ACCESS_REVIEW = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
};

/**
 * Finds the cluster as kubectl would. Nothing is sent yet.
 *
 * @throws {OutsideError} If no usable kubeconfig is there.
 */
export async function openKubernetes(
  options: KubeOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<OpenedKubernetes> {
  const target = await loadKubeTarget(options, env);
  const credentials = credentialsOf(target);
  const askRaw = askerOf(target.cluster.server, credentials);
  return { kube: reader(target, { credentials, askRaw }), pods: writer(askRaw) };
}

interface Means {
  readonly credentials: Credentials;
  readonly askRaw: AskRaw;
}

function reader({ cluster, context, namespace }: KubeTarget, means: Means): Kubernetes {
  const { credentials, askRaw } = means;
  return {
    server: cluster.server,
    context,
    namespace,
    get: (path, signal) =>
      json(askRaw, { method: 'GET', path, right: { verb: 'get', resource: path } }, signal),
    read({ resource, namespace: at, name }, signal) {
      const path = pathOf({ resource, namespace: at, name });
      const { group, plural } = resource;
      const right = { verb: 'get', group, resource: plural, namespace: at, name };
      return json(askRaw, { method: 'GET', path, right }, signal);
    },
    list: (ask, onPage, signal) => listPages(askRaw, ask, { onPage, signal }),
    log: (ask, signal) => readLog(askRaw, ask, signal),
    async exec(ask, signal) {
      const access = await credentials.access(signal);
      return execOver({ server: cluster.server, access }, ask, signal);
    },
    async may({ verb, group, resource, namespace: at, name }, signal) {
      const [plural = '', subresource] = resource.split('/');
      const attributes = {
        verb,
        group: group ?? '',
        resource: plural,
        subresource,
        namespace: at,
        name,
      };
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      };
      const answer = await json(
        askRaw,
        {
          method: 'POST',
          path: pathOf({ resource: ACCESS_REVIEW }),
          right: { verb: 'create', group: ACCESS_REVIEW.group, resource: ACCESS_REVIEW.plural },
          body: JSON.stringify(review),
        },
        signal,
      );
      const { status } = (answer.is === 'read' ? answer.value : {}) as {
        status?: { allowed?: boolean };
      };
      return status?.allowed === true;
    },
    close: () => credentials.close(),
  };
}

function writer(askRaw: AskRaw): KubePodWriter {
  return {
    createPod(namespace, pod, signal) {
      const right = { verb: 'create', resource: 'pods', namespace };
      const path = pathOf({ resource: PODS, namespace });
      return json(askRaw, { method: 'POST', path, right, body: JSON.stringify(pod) }, signal);
    },
    deletePod(namespace, name, signal) {
      const right = { verb: 'delete', resource: 'pods', namespace, name };
      const path = pathOf({ resource: PODS, namespace, name });
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: 0,
        propagationPolicy: 'Background',
      });
      return json(askRaw, { method: 'DELETE', path, right, body }, signal);
    },
    restartPod({ namespace, name, uid }, signal) {
      const right = { verb: 'delete', resource: 'pods', namespace, name };
      const path = pathOf({ resource: PODS, namespace, name });
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid },
      });
      return json(askRaw, { method: 'DELETE', path, right, body }, signal);
    },
  };
}

async function json(askRaw: AskRaw, ask: Ask, signal: AbortSignal): Promise<KubeAnswer<unknown>> {
  const answer = await askRaw(ask, signal);
  if (answer.is !== 'read') return answer;
  if (answer.value.is === 'gone') return { is: 'absent' };
  return { is: 'read', value: parsed(answer.value.body, rightText(ask.right)) };
}

async function readLog(
  askRaw: AskRaw,
  ask: KubeLogAsk,
  signal: AbortSignal,
): Promise<KubeAnswer<string>> {
  const { namespace, pod: name, limitBytes = LOG_LIMIT_BYTES, ...rest } = ask;
  const { container, previous, tailLines, timestamps } = rest;
  const query = queryOf({ container, previous, tailLines, timestamps, limitBytes });
  const path = pathOf({ resource: PODS, namespace, name, subresource: 'log' }) + query;
  const right = { verb: 'get', resource: 'pods/log', namespace };
  const answer = await askRaw(
    // the server may end a little past the limit, with a whole line
    {
      method: 'GET',
      path,
      right,
      accept: '*/*',
      limitBytes: limitBytes + 1024 * 1024,
      absentCode: 400,
    },
    signal,
  );
  if (answer.is !== 'read') return answer;
  if (answer.value.is === 'gone') return { is: 'absent' };
  return { is: 'read', value: answer.value.body.toString() };
}
