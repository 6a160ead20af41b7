import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Prefs } from './prefs.ts';

/** What a node keeps over restarts, in tailscaled's own form: profiles by name, all in base 64. */
export interface StateFile {
  /** Undefined where there is none: the node was never logged in, or its state was lost. */
  load(): Prefs | undefined;
  save(prefs: Prefs): void;
}

const PROFILE = 'profile-7a3c';

/** Source: tailscale ipn/store.go, ipn/ipnlocal/profiles.go */
export function stateFile(path: string): StateFile {
  return {
    load() {
      if (!existsSync(path)) return undefined;
      const { [PROFILE]: profile = '' } = JSON.parse(readFileSync(path, 'utf8')) as StateText;
      return JSON.parse(Buffer.from(profile, 'base64').toString('utf8')) as Prefs;
    },
    save(prefs) {
      const state: StateText = {
        '_current-profile': base64(PROFILE),
        _machinekey: base64('privkey:00000000000000000000000000000000lab0only'),
        [PROFILE]: base64(JSON.stringify(prefs)),
      };
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, JSON.stringify(state, null, '  '), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}

type StateText = Readonly<Record<string, string>>;

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
