import type { Vantage, VantageOptions } from '../../ports/vantage.ts';
import type { VantageUrl } from './vantage-url.ts';

export function openSsh(
  url: string,
  parsed: Extract<VantageUrl, { scheme: 'ssh' }>,
  surroundings: { options: VantageOptions; interactive: boolean; signal: AbortSignal },
): Promise<Vantage> {
  throw new Error(`${url} ${parsed.scheme} ${surroundings.interactive}`);
}
