import { Diagnosis } from '../../model/diagnosis.ts';
import { render } from '../render.ts';
import type { Act, Stage } from './stage.ts';

/** With nothing but the kubeconfig: what is likely, and the one fact that would prove it. */
export const fromKubeconfig: Act = async (stage) => {
  const diagnosis = await diagnosed(stage, [], (line) => stage.story.block(`. ${line}`));
  const shown = render(diagnosis, 'text', false)
    .split('\n')
    .filter((line) => /^(?:LIKELY|PROVEN|CANNOT|HEALTHY)|^ to prove /.test(line));
  stage.story.block(shown.join('\n'));
  return diagnosis;
};

/** With a look at the NAS: from the pods to its table 52, in one chain. */
export const withStorageServer: Act = async (stage) => {
  const diagnosis = await diagnosed(stage, ['--to', `lab://${stage.lab.id}/nas`]);
  stage.story.block(render(diagnosis, 'text', false));
  return diagnosis;
};

async function diagnosed(
  { lab, operator, story }: Stage,
  more: readonly string[],
  onStep?: (line: string) => void,
): Promise<Diagnosis> {
  const typed = more.map((word) => word.replace(`lab://${lab.id}/`, 'lab://')).join(' ');
  story.say(`utility$ kubectl returnpath diagnose ${typed}`.trimEnd());
  // as kubectl's plugin it begins with the cluster; called by its own name, with a context
  const context = ['--context', 'admin@homelab'];
  const args = ['diagnose', ...context, ...more, '--progress', '-o', 'json'];
  const { stdout } = await operator.returnpath(args, { onStderr: onStep });
  return Diagnosis.parse(JSON.parse(stdout));
}
