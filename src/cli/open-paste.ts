import { pasteVantage } from '../collect/paste/paste-vantage.ts';
import type { OpenVantage } from '../ports/vantage.ts';
import { load } from './render.ts';

const SCHEME = 'paste:';

/**
 * Opens `paste:FILE`, the answer to `returnpath ask nas` as a person copied it; all else as before.
 * `paste:-` is standard input.
 */
export function withPastes(openVantage: OpenVantage): OpenVantage {
  return async (url, options, signal) => {
    if (!url.startsWith(SCHEME)) return openVantage(url, options, signal);
    const file = url.slice(SCHEME.length);
    if (file === '') {
      throw new SyntaxError('Cannot open "paste:": it needs the file with the answer, paste:FILE');
    }
    const text = await load(file);
    return pasteVantage(text, { url, hostId: hostIdOf(file), nowUnixMs: Date.now() });
  };
}

/** `answers/nas.txt` is the host `nas`. */
function hostIdOf(file: string): string {
  const [, name = ''] = /([^/]*?)(?:\.[^./]*)?$/.exec(file) ?? [];
  return name.replace(/[^\w.-]/g, '') || 'pasted';
}
