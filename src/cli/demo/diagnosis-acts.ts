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

/** The same where there is no cluster: from the node, with the router and another host beside. */
export const fromTheNode: Act = async (stage) => {
  const { lab, operator, story } = stage;
  const question = questionFromTheNode(lab.id);
  story.say(`utility$ returnpath diagnose ${typedLike(question, lab.id)}`);
  const { stdout } = await operator.returnpath(['diagnose', ...question, '-o', 'json']);
  const diagnosis = Diagnosis.parse(JSON.parse(stdout));
  story.block(render(diagnosis, 'text', false));
  return diagnosis;
};

export function questionFromTheNode(id: string): readonly string[] {
  const ends = ['--from', `lab://${id}/node`, '--to', `lab://${id}/nas`];
  return [...ends, '--control', '10.0.0.1', '--compare', `lab://${id}/utility`];
}

/** As it is typed where only one lab runs. */
export function typedLike(args: readonly string[], id: string): string {
  return args.join(' ').replaceAll(`lab://${id}/`, 'lab://');
}

async function diagnosed(
  { lab, operator, story }: Stage,
  more: readonly string[],
  onStep?: (line: string) => void,
): Promise<Diagnosis> {
  story.say(`utility$ kubectl returnpath diagnose ${typedLike(more, lab.id)}`.trimEnd());
  const args = ['diagnose', ...more, '--progress', '-o', 'json'];
  const { stdout } = await operator.returnpath(args, { onStderr: onStep });
  return Diagnosis.parse(JSON.parse(stdout));
}
