import type { CheckedDecision } from '../causes/cause.ts';
import type { Disagreement } from '../model/diagnosis.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import type { KernelRoute } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { tableText } from '../model/text.ts';
import { decideInput } from '../routing/decide-input.ts';
import { decideOutput } from '../routing/decide-output.ts';
import type { Answer, Decision } from '../routing/decision.ts';
import { kernelFor, type World } from '../routing/world.ts';

/**
 * Holds every answer that a kernel gave against what the model says of the same host. A
 * disagreement means that one of the two was misread, so it is shown and proves nothing.
 */
export function disagreementsOf(snapshot: Snapshot, world: World): Disagreement[] {
  return snapshot.observations.flatMap((o) => {
    if (o.kind !== 'kernel-route') return [];
    const { answer, agree } = check(o, decisionFor(o, world));
    if (agree !== false || !answer) return [];
    return [
      {
        host: snapshot.hosts[o.host]?.name ?? o.host,
        command: o.command,
        kernel: o.raw,
        model: answerText(answer),
      },
    ];
  });
}

/** How the host answers a packet from `client`, source set to the address that was asked. */
export function checkedReply(
  snapshot: Snapshot,
  world: World,
  { host, from, to }: { host: string; from: string; to: string },
): CheckedDecision {
  const asked = snapshot.observations.findLast(
    (o): o is KernelRoute =>
      o.kind === 'kernel-route' &&
      o.host === host &&
      o.inputDevice === undefined &&
      o.flow.destination === to &&
      o.flow.source === from,
  );
  const kernel = kernelFor(world.hosts[host], familyOf(to));
  if (!kernel) return { answer: undefined, kernel: asked, agree: undefined };
  const decision = decideOutput(kernel, {
    family: familyOf(to),
    destination: to,
    source: from,
    protocol: PROTOCOL_NUMBER.tcp,
    asker: 'reply',
  });
  return check(asked, decision);
}

function decisionFor(asked: KernelRoute, world: World): Decision | undefined {
  const kernel = kernelFor(world.hosts[asked.host], familyOf(asked.flow.destination));
  if (!kernel) return undefined;
  const { source, destination } = asked.flow;
  const family = familyOf(destination);
  if (asked.inputDevice !== undefined) {
    if (source === undefined) return undefined;
    return decideInput(kernel, { family, source, destination, iif: asked.inputDevice });
  }
  return decideOutput(kernel, { family, destination, source, asker: 'route-get' });
}

function check(asked: KernelRoute | undefined, decision: Decision | undefined): CheckedDecision {
  if (!decision) return { answer: undefined, kernel: asked, agree: undefined };
  const [first] = decision.answers;
  if (!asked) return { answer: first, kernel: undefined, agree: undefined };
  const same = decision.answers.find((answer) => isSame(answer, asked.answer));
  return { answer: same ?? first, kernel: asked, agree: same !== undefined };
}

function isSame(model: Answer, kernel: KernelRoute['answer']): boolean {
  if (model.is === 'error' || kernel.is === 'error') return model.is === kernel.is;
  return (
    model.device === kernel.dev &&
    (model.gateway ?? '') === (kernel.gateway ?? '') &&
    (model.table === undefined || model.table === kernel.table)
  );
}

function answerText(answer: Answer): string {
  if (answer.is === 'error') return answer.errno;
  const table = answer.table === undefined ? '' : ` table ${tableText(answer.table)}`;
  return `dev ${answer.device}${table}`;
}
