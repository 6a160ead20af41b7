import type { ContainerLog, LogLine, LogSource } from '../http/log.ts';

interface Run {
  readonly lines: LogLine[];
  readonly listeners: Set<{ onLine(line: LogLine): void; onEnd(): void }>;
  isOver: boolean;
}

/** What containers wrote, the present run and the one before, as the kubelet keeps it. */
export interface Logs {
  readonly source: LogSource;
  /** Begins a new run of a container. */
  open(podUid: string, container: string): { write(text: string): void; end(): void };
  forget(podUid: string): void;
}

/** Lines kept of one run; the real kubelet rotates at 10 MiB. */
const KEPT_LINES = 5000;

/** @param now Milliseconds since the epoch. */
export function createLogs(now: () => number): Logs {
  const pods = new Map<string, Map<string, Run[]>>();
  const runsOf = (uid: string, container: string): readonly Run[] =>
    pods.get(uid)?.get(container) ?? [];
  return {
    source({ pod, container, previous }) {
      const run = runsOf(pod.metadata.uid ?? '', container).at(previous ? -2 : -1);
      return run && view(run);
    },
    open(uid, container) {
      const run: Run = { lines: [], listeners: new Set(), isOver: false };
      const containers = pods.get(uid) ?? new Map<string, Run[]>();
      pods.set(uid, containers);
      containers.set(container, [...runsOf(uid, container).slice(-1), run]);
      return {
        write(text) {
          for (const part of text.split('\n')) append(run, { atUnixMs: now(), text: part });
        },
        end() {
          run.isOver = true;
          for (const listener of run.listeners) listener.onEnd();
          run.listeners.clear();
        },
      };
    },
    forget: (uid) => {
      pods.delete(uid);
    },
  };
}

function append(run: Run, line: LogLine): void {
  run.lines.push(line);
  if (run.lines.length > KEPT_LINES * 2) run.lines.splice(0, KEPT_LINES);
  for (const listener of run.listeners) listener.onLine(line);
}

function view(run: Run): ContainerLog {
  return {
    lines: run.lines,
    follow(onLine, onEnd) {
      const listener = { onLine, onEnd };
      if (run.isOver) onEnd();
      else run.listeners.add(listener);
      return () => run.listeners.delete(listener);
    },
  };
}
