import type { ClusterMessage, ObjectRef, SeenSignature } from '../../model/cluster-message.ts';
import { eventTable } from './event-table.ts';
import { looksLikeLog, readLog } from './log.ts';
import { mergeMessages } from './message.ts';
import { signaturesOf } from './recognise.ts';

/** One row of `kubectl get pods`, or the head of `kubectl describe pod`. */
export interface PastedPod {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly nodeName?: string | undefined;
  readonly readyContainers?: number | undefined;
  readonly containers?: number | undefined;
  /** `CrashLoopBackOff`, `ContainerCreating`. */
  readonly status?: string | undefined;
  readonly restarts?: number | undefined;
}

/** What a text that somebody pasted says of a cluster. */
export interface PastedCluster {
  readonly messages: readonly ClusterMessage[];
  readonly signatures: readonly SeenSignature[];
  readonly pods: readonly PastedPod[];
}

/** What a log is about that does not say of which pod it is. */
export const PASTED_LOG: ObjectRef = { kind: 'Log', name: 'pasted' };

interface LogOrigin {
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
}

/** democratic-csi logs JSON, its sidecars do not. */
const DRIVER = 'csi-driver';

function isOfDriver(line: string): boolean {
  return line.includes('"service":"democratic-csi"');
}

/** A paste longer than this is cut; `kubectl logs` of a night is about as long. */
const LIMIT_CHARACTERS = 50_000_000;

/**
 * Reads `kubectl get events`, `kubectl describe`, `kubectl get pods` and logs, in any order and
 * mixture, and says the same as the live objects would. Never throws; what it does not know is
 * left out.
 *
 * @param nowUnixMs When the text was made, so that ages become times; without it they are dropped.
 */
export function readPasted(
  text: string,
  { nowUnixMs }: { readonly nowUnixMs?: number | undefined } = {},
): PastedCluster {
  const reader = new PasteReader(nowUnixMs);
  for (const line of text.slice(0, LIMIT_CHARACTERS).split('\n')) {
    reader.take(line.replace(/\r$/, ''));
  }
  return reader.result();
}

class PasteReader {
  readonly #nowUnixMs: number | undefined;
  readonly #messages: ClusterMessage[] = [];
  readonly #pods: PastedPod[] = [];
  /** By pod and container, where the lines say of which they are. */
  readonly #logs = new Map<string, { readonly origin: LogOrigin; readonly lines: string[] }>();
  /** Of the `kubectl describe` block we are in. */
  #name: string | undefined;
  #namespace: string | undefined;
  #nodeName: string | undefined;
  #readRow: ((line: string) => boolean) | undefined;

  constructor(nowUnixMs: number | undefined) {
    this.#nowUnixMs = nowUnixMs;
  }

  take(line: string): void {
    if (line.trim() === '') return;
    if (this.#startTable(line)) return;
    const [, pod, container, said] = /^\[pod\/([^/\]]+)\/([^\]]+)\] (.*)$/.exec(line) ?? [];
    if (pod !== undefined && said !== undefined) {
      this.#takeLog(said, { pod, container });
      return;
    }
    if (looksLikeLog(line)) {
      this.#takeLog(line, isOfDriver(line) ? { container: DRIVER } : {});
      return;
    }
    if (this.#readRow?.(line)) return;
    if (this.#takeHead(line)) return;
    this.#takeLog(line, {});
  }

  #takeLog(line: string, origin: LogOrigin): void {
    const key = JSON.stringify(origin);
    const log = this.#logs.get(key) ?? { origin, lines: [] };
    log.lines.push(line);
    this.#logs.set(key, log);
  }

  result(): PastedCluster {
    const logs = [...this.#logs.values()].flatMap(({ origin: { pod, container }, lines }) => {
      const about: ObjectRef = pod ? { kind: 'Pod', name: pod } : PASTED_LOG;
      return readLog(lines.join('\n'), { about, container });
    });
    const messages = mergeMessages([...this.#messages, ...logs]);
    return { messages, signatures: signaturesOf(messages), pods: this.#pods };
  }

  #startTable(line: string): boolean {
    const about = this.#about();
    const readEvent = eventTable(line, { about, nowUnixMs: this.#nowUnixMs });
    if (readEvent) {
      this.#readRow = (row) => {
        const message = readEvent(row);
        if (message) this.#messages.push(message);
        // the dashes below the heading belong to the table
        return message !== undefined || /^[\s-]+$/.test(row);
      };
      return true;
    }
    if (!/^(?:NAMESPACE\s+)?NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE/.test(line)) return false;
    this.#readRow = (row) => {
      const pod = podRow(row, line);
      if (pod) this.#pods.push(pod);
      return pod !== undefined;
    };
    return true;
  }

  /** `Name:`, `Namespace:` and `Node:` at the beginning of a line head a described object. */
  #takeHead(line: string): boolean {
    const [, field, value = ''] = /^(Name|Namespace|Node):\s+(\S+)/.exec(line) ?? [];
    if (field === 'Name') {
      this.#readRow = undefined;
      this.#namespace = undefined;
      this.#nodeName = undefined;
      this.#name = value;
    } else if (field === 'Namespace') this.#namespace = value;
    else if (field === 'Node') {
      this.#nodeName = value.split('/')[0];
      if (this.#name !== undefined) this.#pods.push(this.#described(this.#name));
    }
    return field !== undefined;
  }

  #described(name: string): PastedPod {
    return { name, namespace: this.#namespace, nodeName: this.#nodeName };
  }

  #about(): ObjectRef | undefined {
    if (this.#name === undefined) return undefined;
    const kind = this.#nodeName === undefined ? 'Object' : 'Pod';
    return {
      kind,
      ...(this.#namespace === undefined ? {} : { namespace: this.#namespace }),
      name: this.#name,
    };
  }
}

/** `media  jellyfin-0  0/1  ContainerCreating  0  5m`, restarts also as `12 (3m ago)`. */
function podRow(row: string, heading: string): PastedPod | undefined {
  const hasNamespace = heading.startsWith('NAMESPACE');
  const cells =
    /^(?:(\S+)\s+)??(\S+)\s+(\d+)\/(\d+)\s+(\S+)\s+(\d+)(?:\s+\([^)]*\))?\s+\S+(.*)$/.exec(row);
  if (!cells) return undefined;
  const [, namespace, name = '', ready, all, status = '', restarts, rest = ''] = cells;
  const nodeName = /\bNODE\b/.test(heading) ? rest.trim().split(/\s+/)[1] : undefined;
  return {
    ...(hasNamespace && namespace !== undefined ? { namespace } : {}),
    name,
    ...(nodeName === undefined || nodeName === '<none>' ? {} : { nodeName }),
    readyContainers: Number(ready),
    containers: Number(all),
    status,
    restarts: Number(restarts),
  };
}
