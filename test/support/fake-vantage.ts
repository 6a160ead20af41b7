import { OutsideError } from '../../src/model/outside-error.ts';
import type { ShellAnswer, ShellOptions, Vantage } from '../../src/ports/vantage.ts';

/** What one command of a fake host prints. */
interface FakeOutput {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** A host whose commands print what a test says; what it does not name is not installed. */
export interface FakeHost {
  readonly sections: Readonly<Record<string, FakeOutput | string>>;
  /** Sections the script makes up as it runs, each after the section named by the key. */
  readonly extra?: Readonly<Record<string, Readonly<Record<string, FakeOutput | string>>>>;
  /** The section in which it stops answering, and how. */
  readonly stopsAt?: { readonly section: string; readonly by: 'hang' | 'cut' | 'death' };
  /** Characters that arrive at once. */
  readonly pieceLength?: number;
}

const NOT_INSTALLED: FakeOutput = { stderr: 'sh: not found', exitCode: 127 };

/** A vantage without a program of ours: everything is asked by the script, as over ssh. */
export function fakeVantage(host: FakeHost, more: Partial<Vantage> = {}): Vantage {
  return {
    url: 'ssh://fake',
    hostId: 'fake',
    addresses: [],
    sh: (script, options) => answer(script, host, options),
    close: () => Promise.resolve(),
    ...more,
  };
}

async function answer(script: string, host: FakeHost, options: ShellOptions): Promise<ShellAnswer> {
  const nonce = /^n=(\w+)$/m.exec(script)?.[1] ?? '';
  const ids = [...script.matchAll(/^s (\S+) /gm)].map(([, id = '']) => id);
  const { stopsAt, pieceLength = Number.MAX_SAFE_INTEGER } = host;
  let stdout = '';
  for (const id of ids) {
    if (id === stopsAt?.section) {
      stdout += `\n${nonce}>${id}\nhalf of a`;
      break;
    }
    stdout += framed(nonce, id, host.sections[id]);
    for (const [extra, output] of Object.entries(host.extra?.[id] ?? {})) {
      stdout += framed(nonce, extra, output);
    }
  }
  for (let at = 0; at < stdout.length; at += pieceLength) {
    options.onOutput?.(stdout.slice(at, at + pieceLength));
  }
  switch (stopsAt?.by) {
    case 'hang':
      return untilAborted(options.signal);
    case 'death':
      throw new OutsideError({ doing: 'log in to fake', found: 'the connection ended', next: 'x' });
    case 'cut':
      return { stdout, stderr: '', exitCode: undefined, truncated: true };
    default:
      return { stdout, stderr: '', exitCode: 0, truncated: false };
  }
}

function framed(nonce: string, id: string, output: FakeOutput | string = NOT_INSTALLED): string {
  const {
    stdout = '',
    stderr = '',
    exitCode = 0,
  } = typeof output === 'string' ? { stdout: output } : output;
  return `\n${nonce}>${id}\n${stdout}\n${nonce}:${exitCode} 4711.25\n${stderr}\n${nonce}<\n`;
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
