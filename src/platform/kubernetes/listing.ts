import { OutsideError } from '../../model/outside-error.ts';
import type { KubeAnswer, KubeListAsk, KubeListEnd, KubePage } from '../../ports/kubernetes.ts';
import type { AskRaw } from './asking.ts';
import { pathOf, queryOf } from './paths.ts';
import { rightText } from './problem.ts';

const PAGE_SIZE = 500;
const AT_MOST = 200_000;

const META = 'g=meta.k8s.io;v=v1';
const ACCEPTS = {
  objects: 'application/json',
  metadata: `application/json;as=PartialObjectMetadataList;${META},application/json`,
  table: `application/json;as=Table;${META},application/json`,
} as const;

interface RawList {
  readonly items?: readonly unknown[];
  readonly rows?: readonly { readonly cells?: readonly unknown[] }[];
  readonly columnDefinitions?: readonly { readonly name?: string }[];
  readonly metadata?: { readonly continue?: string };
}

/**
 * Reads a list page by page. When the snapshot behind it has ended (410, after about five minutes)
 * the rest is read from the present state, as client-go's pager does.
 */
export async function listPages(
  askRaw: AskRaw,
  ask: KubeListAsk,
  { onPage, signal }: { readonly onPage: (page: KubePage) => void; readonly signal: AbortSignal },
): Promise<KubeAnswer<KubeListEnd>> {
  const { resource, namespace, pageSize = PAGE_SIZE, atMost = AT_MOST, form = 'objects' } = ask;
  const right = { verb: 'list', group: resource.group, resource: resource.plural, namespace };
  let items = 0;
  let token: string | undefined;
  do {
    const query = queryOf({
      limit: pageSize,
      continue: token,
      fieldSelector: ask.fieldSelector,
      labelSelector: ask.labelSelector,
      includeObject: form === 'table' ? 'None' : undefined,
    });
    const path = pathOf({ resource, namespace }) + query;
    const answer = await askRaw({ method: 'GET', path, right, accept: ACCEPTS[form] }, signal);
    if (answer.is !== 'read') return answer;
    if (answer.value.is === 'gone') {
      const next = answer.value.status.metadata?.continue;
      // without a token to go on with, and at the very beginning, there is no rest to read
      if (next === undefined || next === '' || next === token) {
        return { is: 'read', value: { items, cutOff: true } };
      }
      token = next;
      continue;
    }
    const list = parsed(answer.value.body, rightText(right));
    const page = pageOf(list);
    items += page.items.length;
    onPage(page);
    token = list.metadata?.continue || undefined;
  } while (token !== undefined && items < atMost);
  return { is: 'read', value: { items, cutOff: token !== undefined } };
}

function pageOf({ items, rows, columnDefinitions = [] }: RawList): KubePage {
  return {
    items: rows ? rows.map(({ cells = [] }) => cells) : (items ?? []),
    columns: columnDefinitions.map(({ name = '' }) => name),
  };
}

/** @throws {OutsideError} If it is no JSON, as where something else than the API answers. */
export function parsed(body: Buffer, doing: string): RawList {
  try {
    return JSON.parse(body.toString()) as RawList;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OutsideError({
      doing,
      found: 'the answer is no JSON',
      next: 'check that the server in the kubeconfig is a Kubernetes API',
    });
  }
}
