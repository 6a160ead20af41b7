import { fileURLToPath } from 'node:url';
import { diagnose } from '../../diagnose/diagnose.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import { render } from '../render.ts';
import { readSnapshot } from '../snapshot-file.ts';
import type { Story } from '../story.ts';

const RECORDING = fileURLToPath(
  new URL('../recordings/accept-routes.snapshot.json', import.meta.url),
);

/** The same diagnosis of a look that was recorded. */
export async function replay(story: Story): Promise<Diagnosis> {
  story.say('replaying a recorded look at the same outage; nothing is measured on this machine');
  const diagnosis = diagnose(await readSnapshot(RECORDING));
  story.block(render(diagnosis, 'text', false));
  return diagnosis;
}
