import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { IMAGES } from '../kubernetes/homelab/images.ts';
import { withoutTag } from '../kubernetes/programs.ts';
import { labPath } from '../programs.ts';

/**
 * What an image does not have of the machine's programs. democratic-csi is built on Debian's slim
 * image with Node.js and mount helpers, and without anything to look at a network with.
 */
const LACKING: Readonly<Record<string, readonly string[]>> = {
  [withoutTag(IMAGES.driver)]: [
    ...['ip', 'ss', 'bridge', 'tc', 'nstat', 'ifconfig', 'netstat', 'route', 'arp'],
    ...['ping', 'arping', 'traceroute', 'tracepath', 'nc', 'netcat', 'ncat', 'tcpdump', 'nft'],
    ...['curl'],
  ],
};

/** Finds programs as a container of some image would. */
export interface ContainerPaths {
  /** `PATH` inside. */
  of(image: string): string;
  /**
   * Put before a command, hides what the image does not have, also from those who look for it past
   * their `PATH`; empty for one that has everything.
   */
  hide(image: string): readonly string[];
  /** @throws {Error} In the words of the runtime, if the image has no such program. */
  assertHas(image: string, program: string): void;
}

/** @param folder Where links to the programs of images that lack some are made. */
export function containerPaths(folder: string): ContainerPaths {
  const whole = `${labPath()}:${dirname(process.execPath)}`;
  const made = new Map<string, string>();
  const of = (image: string): string => {
    const bare = withoutTag(image);
    const lacking = LACKING[bare];
    if (!lacking) return whole;
    const path = made.get(bare) ?? linkPrograms(join(folder, String(made.size)), whole, lacking);
    made.set(bare, path);
    return path;
  };
  return {
    of,
    hide(image) {
      const lacking = LACKING[withoutTag(image)];
      if (!lacking) return [];
      const places = folders(whole).flatMap((at) => lacking.map((name) => join(at, name)));
      const files = new Set(
        places.filter((place) => existsSync(place)).map((at) => realpathSync(at)),
      );
      const code = `for f in ${[...files].join(' ')}; do mount --bind /dev/null $f; done; exec "$@"`;
      return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', code, 'sh'];
    },
    assertHas(image, program) {
      if (program.includes('/') || folders(of(image)).some((at) => isThere(at, program))) return;
      throw new Error(
        `failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`,
      );
    },
  };
}

/** A folder of links to all programs of a path but some; of two of one name, to the first. */
function linkPrograms(folder: string, path: string, lacking: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const places = new Map(
    folders(path)
      .toReversed()
      .flatMap((at) => namesIn(at).map((name) => [name, join(at, name)] as const)),
  );
  for (const name of lacking) places.delete(name);
  for (const [name, place] of places) symlinkSync(place, join(folder, name));
  return folder;
}

function folders(path: string): readonly string[] {
  return path.split(':').filter((folder) => folder !== '');
}

// A path may name folders that are not there or that this user may not look into, as root's own in a
// lab without root: a search passes over them, whatever the reason. Source: execvp(3).

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isThere(folder: string, program: string): boolean {
  try {
    accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
