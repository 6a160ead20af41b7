import * as z from 'zod';
import { type Fact, missing, seen } from '../../model/fact.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { CollectContext } from '../collector.ts';
import { within } from '../deadline.ts';
import { failureOf } from '../read.ts';
import { harmless, type SectionAnswer } from '../section.ts';
import type { SocketPaths } from './sockets.ts';

/** The only Host header tailscaled accepts. Source: tailscale ipn/localapi, validHost(). */
const HOST = 'local-tailscaled.sock';

// tailscaled answers these from memory, in milliseconds.
const ANSWER_MS = 3000;

const SHOWN_CHARACTERS = 200;

/** The request, as a person would type it. */
export function typedRequest(socketPath: string, what: 'prefs' | 'status'): string {
  return `curl -s --unix-socket ${socketPath} http://${HOST}/localapi/v0/${what}`;
}

/** What is asked, and the socket that answered. */
export interface Asked<T> {
  readonly fact: Fact<T>;
  readonly socketPath?: string;
}

/** Asks a tailscaled over its unix socket. Never rejects. */
export async function askLocalApi<T>(
  { vantage, clock, signal }: CollectContext,
  { paths, what, schema }: { paths: SocketPaths; what: 'prefs' | 'status'; schema: z.ZodType<T> },
): Promise<Asked<T>> {
  const { unixHttp } = vantage;
  if (!unixHttp) throw new TypeError('Cannot ask a unix socket as this vantage has none');
  const path = `/localapi/v0/${what}`;
  try {
    const answer = await within(ANSWER_MS, { clock, signal }, (both) =>
      unixHttp({ socketPaths: paths, method: 'GET', path, host: HOST }, both),
    );
    const typed = typedRequest(answer.socketPath, what);
    const fact =
      answer.status === 200
        ? parsed(answer.body, { typed, schema, readAtUnixMs: clock.now() })
        : missing<T>(`${typed}: HTTP ${answer.status}`);
    return { fact, socketPath: answer.socketPath };
  } catch (error) {
    const from = typedRequest(paths[0] ?? '', what);
    if (error instanceof OutsideError) return { fact: missing(error.message, error.next) };
    return { fact: missing(`${from}: ${error instanceof Error ? error.message : error}`, from) };
  }
}

/** The same from a section of the script. */
export function factOfSection<T>(
  answer: SectionAnswer,
  { typed, schema }: { typed: string; schema: z.ZodType<T> },
): Fact<T> {
  const failure = failureOf(answer, typed);
  if (failure || answer.is === 'unread') return failure ?? missing(typed);
  return parsed(answer.stdout, { typed, schema, readAtUnixMs: answer.readAtUnixMs });
}

function parsed<T>(
  body: string,
  { typed, schema, readAtUnixMs }: { typed: string; schema: z.ZodType<T>; readAtUnixMs: number },
): Fact<T> {
  const value = jsonOf(body);
  if (value === undefined) return missing(`${typed}: the answer is not JSON`, typed);
  const answer = schema.safeParse(value);
  if (answer.success) return seen(answer.data, typed, readAtUnixMs);
  const why = z.prettifyError(answer.error).replaceAll('\n', ' ').slice(0, SHOWN_CHARACTERS);
  return missing(`${typed}: unexpected answer: ${why}`, typed);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(harmless(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
