import type { Way } from '../model/plan.ts';
import { prefixText, ruleText, tableText } from '../model/text.ts';
import type { Answer, Decision } from '../routing/decision.ts';

/** The first answer of a decision, for people. */
export function wayOf({ answers: [answer] }: Decision): Way {
  const rule = answer.rule ? { rule: ruleText(answer.rule) } : {};
  const route = answer.route
    ? { route: `${prefixText(answer.route.prefix)} in table ${tableText(answer.route.table)}` }
    : {};
  if (answer.is === 'error') return { by: answer.errno, ...rule, ...route };
  return {
    by: answer.type === 'local' ? 'this host' : answer.device,
    ...(answer.gateway === undefined ? {} : { gateway: answer.gateway }),
    ...(answer.source === undefined ? {} : { source: answer.source }),
    ...rule,
    ...route,
  };
}

/** What a packet notices of a decision. */
export function packetWay({ by, gateway, source }: Way): string {
  return `${by}${gateway === undefined ? '' : ` via ${gateway}`}${source === undefined ? '' : ` from ${source}`}`;
}

/** Straight to a neighbour: no gateway, no tunnel. */
export function isDirect(answer: Answer, isVpn: (device: string) => boolean): boolean {
  return (
    answer.is === 'route' &&
    answer.gateway === undefined &&
    answer.type === 'unicast' &&
    !isVpn(answer.device)
  );
}
