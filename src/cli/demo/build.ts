import { type Lab, startLab } from '../../lab/start.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Story } from '../story.ts';

/** The homelab in the middle of the outage, or nothing where this machine has no namespaces. */
export async function build(story: Story, signal: AbortSignal): Promise<Lab | undefined> {
  story.say('building a homelab from network namespaces on this kernel, with its cluster');
  try {
    const lab = await startLab({
      signal,
      kubernetes: true,
      outage: true,
      onStep: (step) => story.passing(step),
    });
    story.say('ready: talos-1 10.0.0.197, truenas 10.0.0.210, router 10.0.0.1, utility 10.0.0.38');
    return lab;
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    story.say(error.message);
    return undefined;
  }
}
