import type * as z from 'zod';
import type { LackingPermission } from '../../model/cluster.ts';
import { type Fact, missing, seen } from '../../model/fact.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  KubeAnswer,
  KubeListAsk,
  KubePage,
  KubeResource,
  KubeRight,
  Kubernetes,
} from '../../ports/kubernetes.ts';

export interface ReadMeans {
  readonly kube: Kubernetes;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ListOptions<T> {
  readonly schema: z.ZodType<T>;
  /** Called with each object as it is read. */
  readonly take: (object: T) => void;
  /** What cannot be known without it, for people who lack the right. */
  readonly hides: string;
  /** A cluster without this kind simply has none of it. */
  readonly optionalKind?: boolean;
}

/**
 * Asks the API and turns every way that can fail into a missing fact. Never rejects. Keeps what
 * rights were lacking and what was cut off.
 */
export class ClusterReader {
  readonly #means: ReadMeans;
  readonly lacking: LackingPermission[] = [];
  readonly bounded: string[] = [];

  constructor(means: ReadMeans) {
    this.#means = means;
  }

  now(): number {
    return this.#means.clock.now();
  }

  /** How many there are; the objects themselves go to `take`, and are not kept here. */
  async list<T>(ask: KubeListAsk, options: ListOptions<T>): Promise<Fact<number>> {
    const takePage = ({ items }: KubePage) => {
      for (const item of items) {
        // an object that is not as documented is left out, and the others are read
        const parsed = options.schema.safeParse(item);
        if (parsed.success) options.take(parsed.data);
      }
    };
    return this.pages(ask, { ...options, takePage });
  }

  /** Like `list`, for answers that are no objects. */
  async pages(
    ask: KubeListAsk,
    {
      takePage,
      hides,
      optionalKind,
    }: Pick<ListOptions<unknown>, 'hides' | 'optionalKind'> & {
      readonly takePage: (page: KubePage) => void;
    },
  ): Promise<Fact<number>> {
    const typed = listTyped(ask);
    const { kube, signal } = this.#means;
    const end = await this.#fact(typed, () => kube.list(ask, takePage, signal), hides);
    if (end === 'absent') return optionalKind ? seen(0, typed, this.now()) : noKind(typed);
    if (end.seen && end.value.cutOff) {
      this.bounded.push(`${typed}: only the first ${end.value.items} were read`);
    }
    return end.seen ? { ...end, value: end.value.items } : end;
  }

  /** One object, or `undefined` when there is no such object. */
  async read<T>(
    ask: { readonly resource: KubeResource; readonly namespace?: string; readonly name: string },
    { schema, hides }: Pick<ListOptions<T>, 'schema' | 'hides'>,
  ): Promise<Fact<T | undefined>> {
    const where = ask.namespace === undefined ? '' : ` -n ${ask.namespace}`;
    const typed = `kubectl get ${ask.resource.plural} ${ask.name}${where}`;
    const { kube, signal } = this.#means;
    const answer = await this.#fact(typed, () => kube.read(ask, signal), hides);
    if (answer === 'absent') return seen(undefined, typed, this.now());
    if (!answer.seen) return answer;
    const parsed = schema.safeParse(answer.value);
    return parsed.success
      ? { ...answer, value: parsed.data }
      : missing(`${typed}: the answer is not as documented`);
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<Fact<T>> {
    const typed = `kubectl get --raw ${path}`;
    const { kube, signal } = this.#means;
    const answer = await this.#fact(typed, () => kube.get(path, signal), 'the version');
    if (answer === 'absent') return missing(`${typed}: there is no such path`);
    if (!answer.seen) return answer;
    const parsed = schema.safeParse(answer.value);
    return parsed.success
      ? { ...answer, value: parsed.data }
      : missing(`${typed}: the answer is not as documented`);
  }

  /** The end of a container's log; empty where it has none. */
  async log(ask: Parameters<Kubernetes['log']>[0]): Promise<Fact<string>> {
    const { namespace, pod, container, previous, tailLines } = ask;
    const typed = `kubectl logs -n ${namespace} ${pod}${container ? ` -c ${container}` : ''}${previous ? ' --previous' : ''}${tailLines ? ` --tail=${tailLines}` : ''}`;
    const { kube, signal } = this.#means;
    const answer = await this.#fact(typed, () => kube.log(ask, signal), 'what the drivers say');
    return answer === 'absent' ? seen('', typed, this.now()) : answer;
  }

  async #fact<T>(
    typed: string,
    ask: () => Promise<KubeAnswer<T>>,
    hides: string,
  ): Promise<Fact<T> | 'absent'> {
    try {
      const answer = await ask();
      if (answer.is === 'read') return seen(answer.value, typed, this.now());
      if (answer.is === 'absent') return 'absent';
      this.#lacks(answer.lacks, hides);
      return missing(`${typed}: not allowed: ${rightOf(answer.lacks)}`, 'returnpath rbac');
    } catch (error) {
      if (this.#means.signal.aborted) {
        return missing(`${typed}: no answer before we stopped waiting`);
      }
      if (error instanceof OutsideError) return missing(`${typed}: ${error.found}`, error.next);
      return missing(`${typed}: ${error instanceof Error ? error.name : 'failed'}`);
    }
  }

  #lacks({ verb, group, resource, namespace }: KubeRight, hides: string): void {
    const full = group ? `${resource}.${group}` : resource;
    const isKnown = this.lacking.some(
      (one) => one.verb === verb && one.resource === full && one.namespace === namespace,
    );
    if (isKnown) return;
    this.lacking.push({
      verb,
      resource: full,
      ...(namespace === undefined ? {} : { namespace }),
      hides,
    });
  }
}

function rightOf({ verb, group, resource }: KubeRight): string {
  return `${verb} ${group ? `${resource}.${group}` : resource}`;
}

function noKind(typed: string): Fact<never> {
  return missing(`${typed}: this API has no such kind`);
}

/** The same for people. */
export function listTyped({ resource, namespace, ...ask }: KubeListAsk): string {
  const { group, plural } = resource;
  const kind = group?.includes('.') ? `${plural}.${group}` : plural;
  const parts = [
    `kubectl get ${kind}`,
    namespace === undefined ? '-A' : `-n ${namespace}`,
    ask.fieldSelector === undefined ? '' : `--field-selector=${ask.fieldSelector}`,
    ask.labelSelector === undefined ? '' : `-l '${ask.labelSelector}'`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** Milliseconds of a time as the API writes it. */
export function timeOf(text: string | null | undefined): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}
