import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where programs are looked for inside a lab: whoever enters it is root there, even if not here. */
export function labPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;
}

/**
 * What a program that is run on a host of the lab finds in its environment. kubectl keeps what it
 * learns of a cluster by its address: that of the lab must not be taken for a real one.
 */
export function labEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: labPath(), KUBECACHEDIR: '/run/kubectl-cache' };
}

/** The folder of the built programs: this one once bundled, `dist` of the checkout before. */
export function builtPrograms(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  let folder = here;
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) {
    folder = dirname(folder);
  }
  return existsSync(join(here, 'lab-init.js')) ? here : join(folder, 'dist');
}
