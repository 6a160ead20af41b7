import { run } from '../init/run.ts';
import { guardRules } from './rule-guard.ts';

/** Set by tailscaled on its own sockets, so that they bypass its table. */
const BYPASS_MARK = '0x80000/0xff0000';

/**
 * Asked in this order, before `main` at 32766.
 * Source: tailscale wgengine/router/osrouter, baseIPRules; tsconst/linuxfw.go
 */
const RULES = [
  `priority 5210 fwmark ${BYPASS_MARK} lookup main`,
  `priority 5230 fwmark ${BYPASS_MARK} lookup default`,
  `priority 5250 fwmark ${BYPASS_MARK} unreachable`,
  'priority 5270 lookup 52',
];

/** tailscaled's policy rules, which it keeps in place while it runs. */
export interface PolicyRules {
  install(): Promise<void>;
  remove(): Promise<void>;
}

export function createPolicyRules(families: readonly (4 | 6)[]): PolicyRules {
  let stopGuarding = () => {};

  async function restoreFamily(family: 4 | 6): Promise<void> {
    const listed = await run(['ip', `-${family}`, 'rule', 'show']);
    const missing = RULES.filter((rule) => !listed.includes(`${priorityOf(rule)}:`));
    await batch(family, 'add', missing);
  }

  const restore = () => Promise.all(families.map(restoreFamily)).then(() => {});
  return {
    async install() {
      await restore();
      stopGuarding = guardRules(restore);
    },
    async remove() {
      stopGuarding();
      await Promise.all(families.map((family) => batch(family, 'del', RULES)));
    },
  };
}

function priorityOf(rule: string): string {
  return rule.split(' ')[1] ?? '';
}

async function batch(family: 4 | 6, verb: 'add' | 'del', rules: readonly string[]): Promise<void> {
  if (rules.length === 0) return;
  const commands = rules.map((rule) => `rule ${verb} ${rule}\n`).join('');
  await run(['ip', `-${family}`, '-batch', '-'], commands);
}
