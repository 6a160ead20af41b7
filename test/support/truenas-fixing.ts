import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../src/lab/start.ts';
import type { NasData } from '../../src/lab/truenas/nas-database.ts';
import { Plan } from '../../src/model/plan.ts';
import { atUtility, type CommandEnd, withApiKey } from './at-utility.ts';
import { nasState } from './fixing.ts';

const DATABASE = '/run/returnpath-lab/hosts/nas/truenas.json';

/** `fix` by the API of the lab's NAS, with everything it keeps in `temp`. */
export function fixByApi(lab: Lab, temp: string, ...more: readonly string[]): Promise<CommandEnd> {
  return atUtility(
    lab,
    [
      ...['fix', '--from', `lab://${lab.id}/node`, '--to', 'truenas://10.0.0.210'],
      ...['--address', '10.0.0.210', '--control', '10.0.0.1', ...more, ...withApiKey(temp)],
    ],
    { state: join(temp, 'state') },
  );
}

export async function planByApi(lab: Lab, temp: string, ...more: readonly string[]): Promise<Plan> {
  const file = join(temp, 'made-plan.json');
  const { stdout, stderr } = await fixByApi(lab, temp, '--plan', '-o', file, ...more);
  try {
    return Plan.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`Cannot plan: ${stdout}${stderr}`, { cause });
  }
}

/** What the NAS keeps of its app and of Init/Shutdown scripts. */
export async function nasKeeps(lab: Lab): Promise<Pick<NasData, 'app' | 'initScripts'>> {
  const { stdout } = await lab.exec('nas', ['cat', DATABASE]);
  const { app, initScripts } = JSON.parse(stdout) as NasData;
  return { app, initScripts };
}

export function isPinScript({ comment }: NasData['initScripts'][number]): boolean {
  return comment.startsWith('returnpath: pin ');
}

/** All that a fix by the API can touch, as text. A script of ours has another number each time. */
export async function wholeNasState(lab: Lab): Promise<string> {
  const { app, initScripts } = await nasKeeps(lab);
  const scripts = initScripts.map((one) => (isPinScript(one) ? { ...one, id: 0 } : one));
  return `${await nasState(lab)}\n${JSON.stringify({ app, scripts }, inOrder, 1)}`;
}

/** The middleware keeps fields in the order in which they last came. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
