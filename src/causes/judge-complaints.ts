import type { ObjectRef } from '../model/cluster-message.ts';
import type { Evidence } from '../model/diagnosis.ts';
import type { ClusterCase, Verdict } from './cause.ts';
import { type Complaint, complaintsOf, unseenOf } from './complaints.ts';
import { called } from './evidence.ts';
import { isUnanswered } from './pod-evidence.ts';
import { storageCases, storageOf } from './storage-of.ts';

type Present = Extract<Verdict, { is: 'present' }>;

/** A cause that shows in what a driver or a kubelet says last of something that fails now. */
export interface ComplaintCause {
  /** Ids of the message signatures that are this complaint. */
  readonly signatures: readonly string[];
  /** The part of a message that is quoted. */
  readonly quotes: RegExp;
  /** Words that have no other reading; without them it is only likely. */
  readonly proves: RegExp;
  /** Whether the storage must have answered, so that a path that is silent now excludes it. */
  readonly needsAnswer: boolean;
  /** Why it is absent where nothing complains of it. */
  readonly absent: string;
  /** What makes one complaint none of this cause after all. */
  readonly isOther?: (complaint: Complaint, c: ClusterCase) => boolean;
  readonly words: (
    found: Found,
    c: ClusterCase,
  ) => Pick<Present, 'because' | 'chain' | 'byHand'> & { readonly wouldProve: string };
}

/** All complaints of one kind. */
export interface Found {
  readonly first: Complaint;
  readonly all: readonly Complaint[];
  /** `truenas (10.0.0.210)`, or what the driver's configuration says. */
  readonly storage: string;
  /** `Deployment democratic-csi-hdd-controller, …` */
  readonly who: string;
}

/** A sidecar ends in the moment its driver answers; this is plenty for clocks and log lines. */
const SAME_MOMENT_MS = 60_000;
/** A kubelet tries a mount again after 2 min 2 s at most, and a mount may hang for two minutes. */
const SAID_AGAIN_MS = 5 * 60_000;
const SHOWN = 3;

/** Judges a cause by complaints alone; the rules are those of docs/causes/README.md. */
export function judgeComplaints(c: ClusterCase, cause: ComplaintCause): Verdict {
  const all = complaintsOf(c).filter(
    (one) => cause.signatures.includes(one.signature.id) && !cause.isOther?.(one, c),
  );
  if (all.length === 0) {
    const missing = unseenOf(c);
    return missing.length > 0
      ? { is: 'unknown', missing }
      : { is: 'absent', because: cause.absent };
  }
  const answered = all.filter((one) => !cause.needsAnswer || !isSilentNow(c, one));
  const [first] = answered.toSorted((a, b) => Number(isFresh(b)) - Number(isFresh(a)));
  if (!first) return { is: 'absent', because: 'nothing comes back from the storage now' };
  return presentBy(c, cause, { first, all: answered });
}

function presentBy(
  c: ClusterCase,
  cause: ComplaintCause,
  { first, all }: Pick<Found, 'first' | 'all'>,
): Present {
  const found = { first, all, storage: storageOf(c, first.drivers), who: namesOf(all) };
  const { wouldProve, ...words } = cause.words(found, c);
  const proven = all.some((one) => isFresh(one) && cause.proves.test(one.message.text));
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    ...words,
    evidence: all.slice(0, SHOWN).flatMap((one) => evidenceOf(one, cause.quotes)),
    contrast: answeredNow(c),
    also: [],
    affects: unique(all.map(({ about }) => about)),
    ...(proven ? {} : { wouldProve }),
  };
}

/** Said at the time of the failure, not of an earlier one. */
function isFresh({ is, message, failedUnixMs }: Complaint): boolean {
  const saidUnixMs = message.lastUnixMs;
  if (saidUnixMs === undefined) return false;
  const apart = Math.abs(failedUnixMs - saidUnixMs);
  return apart <= (is === 'controller' ? SAME_MOMENT_MS : SAID_AGAIN_MS);
}

function isSilentNow(c: ClusterCase, { drivers }: Complaint): boolean {
  return isUnanswered(storageCases(c, drivers).flatMap(({ probes }) => probes));
}

/** `Deployment media/jellyfin, Deployment media/sonarr and 3 more`. */
export function namesOf(complaints: readonly { readonly about: ObjectRef }[]): string {
  const names = unique(complaints.map(({ about }) => about)).map(nameOf);
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

function unique(objects: readonly ObjectRef[]): ObjectRef[] {
  return [...new Map(objects.map((one) => [nameOf(one), one])).values()];
}

function evidenceOf(complaint: Complaint, quotes: RegExp): Evidence[] {
  const { message, about, state, from, failedUnixMs } = complaint;
  return [
    {
      host: 'kubernetes',
      command: commandOf(complaint),
      answer: quoted(message.text, quotes),
      atUnixMs: message.lastUnixMs ?? failedUnixMs,
      shows: 'mechanism',
    },
    {
      host: 'kubernetes',
      command: from,
      answer: `${nameOf(about)} ${state}`,
      atUnixMs: failedUnixMs,
      shows: 'effect',
    },
  ];
}

function commandOf({ message }: Complaint): string {
  const { where, about, container } = message;
  const namespace = about.namespace === undefined ? '' : ` -n ${about.namespace}`;
  if (where === 'log') return `kubectl logs${namespace} ${about.name} -c ${container ?? ''}`.trim();
  return `kubectl describe${namespace} ${about.kind.toLowerCase()} ${about.name}`;
}

const AROUND = 60;

/** What a pattern finds in a text, with a few words on both sides. */
export function quoted(text: string, pattern: RegExp): string {
  const match = pattern.exec(text);
  if (!match) return text.slice(0, 2 * AROUND);
  const from = Math.max(0, match.index - AROUND);
  const to = match.index + match[0].length + AROUND;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** Probes of nodes that were answered: the path works. */
function answeredNow({ cases }: ClusterCase): string[] {
  return cases
    .filter(({ probes }) => probes.some(({ outcome }) => outcome === 'answered'))
    .map(({ client, server }) => `${called(client)} is answered by ${called(server)}`);
}
