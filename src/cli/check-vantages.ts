import { isAddress } from '../model/address.ts';
import { isKubeVantage, parseKubeVantageUrl } from '../platform/kubernetes/kube-vantage-url.ts';
import { parseVantageUrl } from '../platform/vantages/vantage-url.ts';
import { isBareAddress } from '../session/request.ts';

const FORMS = [
  ...['local:', 'ssh://[USER@]HOST[,HOST...][:PORT]', 'truenas://[USER@]HOST[,HOST...][:PORT]'],
  ...['node://NAME', 'pod://NAMESPACE/NAME[/CONTAINER]', 'paste:FILE', 'lab://[ID/]HOST'],
].join(', ');

/**
 * Refuses what no look could begin with, before one does: a slip of the fingers is no riddle.
 *
 * @param given Option → what stands there.
 * @throws {SyntaxError} If one is neither the URL of a vantage nor an address.
 */
export function checkVantages(
  given: Readonly<Record<string, string | readonly string[] | undefined>>,
): void {
  for (const [option, urls] of Object.entries(given)) {
    const wrong = [urls ?? []].flat().find((url) => !isUsable(url));
    if (wrong !== undefined) throw notUsable(option, wrong);
  }
}

function notUsable(option: string, url: string): SyntaxError {
  return new SyntaxError(
    `Cannot use ${option} "${url}": it is neither a vantage nor an address\n  try: ${suggestion(option, url)}`,
  );
}

function isUsable(url: string): boolean {
  if (isBareAddress(url)) return isAddress(url);
  if (url.startsWith('paste:')) return url !== 'paste:';
  try {
    if (isKubeVantage(url)) parseKubeVantageUrl(url);
    else parseVantageUrl(url);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** A name alone, `USER@HOST` as ssh takes it, or the address of a web page: what was meant is clear. */
function suggestion(option: string, url: string): string {
  if (url === 'paste:')
    return `${option} paste:FILE, with the answer to returnpath ask nas in FILE`;
  const [, scheme, place = ''] = /^(https?:\/\/|truenas:|ssh:)?([\w.@-]+)\/?$/.exec(url) ?? [];
  if (place === '' || isBareAddress(place) !== isAddress(place)) return FORMS;
  const truenas = `${option} truenas://${place}`;
  if (scheme === 'ssh:') return `${option} ssh://${place}`;
  return scheme === undefined ? `${option} ssh://${place}, or ${truenas}` : truenas;
}
