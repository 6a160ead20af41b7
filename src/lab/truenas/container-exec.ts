import { type Stats, statSync } from 'node:fs';
import type { Container } from './container.ts';

/** Of the image. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ANYBODY_MAY_RUN = 0o111;

export interface ContainerCommand {
  readonly argv: readonly string[];
  /** What the runtime says instead of running it; then `argv` is not to be used. */
  readonly refusal?: string;
}

/**
 * What runs a command in a container as `docker exec` does: in all its namespaces, with the image's
 * environment and nothing of ours.
 *
 * @throws {Error} If the container does not run.
 */
export function containerCommand(
  container: Container,
  command: readonly string[],
  more: Readonly<Record<string, string>> = {},
): ContainerCommand {
  const [program = ''] = command;
  const enter = container.enter();
  const root = `/proc/${enter[2]}/root`;
  const places = program.includes('/')
    ? [program]
    : PATH.split(':').map((at) => `${at}/${program}`);
  if (!places.some((place) => isProgram(`${root}${place}`))) {
    const why = program.includes('/')
      ? `stat ${program}: no such file or directory`
      : 'executable file not found in $PATH';
    return {
      argv: [],
      refusal: `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": ${why}: unknown`,
    };
  }
  const environment = { PATH, HOME: '/root', ...more };
  const assigned = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return { argv: [...enter, 'env', '-i', ...assigned, ...command] };
}

/** Programs the image lacks are devices: see the lab's host script. */
function isProgram(path: string): boolean {
  const stats = statOf(path);
  return stats?.isFile() === true && (stats.mode & ANYBODY_MAY_RUN) !== 0;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
