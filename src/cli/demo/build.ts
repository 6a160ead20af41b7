import { findLabs, readLabFile } from '../../lab/find-labs.ts';
import { labPath } from '../../lab/programs.ts';
import { type Lab, startLab } from '../../lab/start.ts';
import { terminalHelper } from '../../lab/truenas/terminal-helper.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Story } from '../story.ts';

/** The homelab of the demo, and what of the outage this machine can show in it. */
export interface Scene {
  readonly lab: Lab;
  readonly hasCluster: boolean;
  /** Whether its TrueNAS has a web shell. */
  readonly hasWebShell: boolean;
}

/** The homelab in the middle of the outage, or nothing where this machine has no namespaces. */
export async function build(story: Story, signal: AbortSignal): Promise<Scene | undefined> {
  story.say('building a homelab from network namespaces on this kernel, with its cluster');
  const start = (options: { readonly kubernetes?: boolean; readonly outage?: boolean }) =>
    startLab({ signal, onStep: (step) => story.passing(step), ...options });
  try {
    const whole = await start({ kubernetes: true, outage: true });
    const hasCluster = canMasquerade(whole);
    const lab = hasCluster ? whole : await withoutCluster(whole, { story, start });
    story.say('ready: talos-1 10.0.0.197, truenas 10.0.0.210, router 10.0.0.1, utility 10.0.0.38');
    return { lab, hasCluster, hasWebShell: canOpenTerminals(story) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideError)) throw error;
    story.say(error.message);
    return undefined;
  }
}

function canMasquerade({ id }: Lab): boolean {
  const running = findLabs().find((lab) => lab.id === id);
  return running !== undefined && readLabFile(running).netfilter;
}

/** Pods that cannot get out would hang whatever is mended. */
async function withoutCluster(
  whole: Lab,
  { story, start }: { readonly story: Story; readonly start: (options: object) => Promise<Lab> },
): Promise<Lab> {
  await whole.stop();
  story.say('no nft on this machine: pods would have no way out, so it goes without the cluster');
  const lab = await start({});
  await lab.break('accept-routes');
  return lab;
}

function canOpenTerminals(story: Story): boolean {
  try {
    terminalHelper(labPath());
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    story.say(`the NAS goes without its web shell: ${why}`);
    return false;
  }
}
