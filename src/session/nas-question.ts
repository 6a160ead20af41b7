import { collectors } from '../collect/index.ts';
import { kernelParts } from '../collect/linux/kernel-questions.ts';
import { pasteLine } from '../collect/paste/paste-line.ts';
import { ISSUED_WORD } from '../collect/paste/paste-vantage.ts';
import { newNonce, type ScriptPart, scriptOf } from '../collect/section.ts';
import type { Vantage } from '../ports/vantage.ts';

export interface NasQuestion {
  /** Clients whose replies matter. */
  readonly clients: readonly string[];
  /** Addresses of the NAS under which they use it. */
  readonly servers: readonly string[];
  readonly tag: string;
  readonly sudo: boolean;
  /** When the line is printed: its answer is not older than that. */
  readonly issuedUnixMs: number;
}

/** A host where only a person can type. */
const BY_HAND: Vantage = {
  url: 'paste:',
  hostId: 'nas',
  addresses: [],
  sh: () => Promise.reject(new TypeError('Cannot run a script by hand')),
  close: () => Promise.resolve(),
};

/**
 * One line for the shell of a host that reads, and only reads, all that a look over ssh would, and
 * where its kernel would send replies.
 */
export function nasQuestion(question: NasQuestion): Promise<string> {
  const { tag, sudo, issuedUnixMs } = question;
  const nonce = newNonce();
  const script = scriptOf(partsOf(question), nonce);
  const code = `echo ${ISSUED_WORD} ${issuedUnixMs} ${nonce} $(date +%s)\n${script}`;
  return pasteLine(code, { tag, sudo });
}

/** Sections that are asked for by their code later have it for a name: their places differ. */
function partsOf({ clients, servers }: NasQuestion): readonly ScriptPart[] {
  const questions = clients.flatMap((destination) =>
    servers.map((source) => ({ flow: { protocol: 'tcp' as const, destination, source } })),
  );
  const kernel = kernelParts(questions, [], clients).map((part) =>
    'id' in part && part.id.startsWith('kernel-route-') ? { ...part, id: part.code } : part,
  );
  return [
    ...collectors.flatMap(({ first = [] }) => first),
    ...collectors.flatMap(({ parts }) => parts(BY_HAND)),
    ...kernel,
  ];
}
