import { isAddress } from '../model/address.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Vantage } from '../ports/vantage.ts';

const LIMIT_BYTES = 10_000;

/**
 * The addresses of a name, as a host itself would find them: here the answer could be another.
 * Empty when the host finds none, cannot be asked, or `signal` is aborted.
 */
export async function resolveOnHost(
  vantage: Vantage,
  name: string,
  signal: AbortSignal,
): Promise<string[]> {
  // names of hosts hold nothing else, and a shell is to take this one as it is
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) return [];
  try {
    const { stdout } = await vantage.sh(`getent ahosts ${name}`, {
      signal,
      limitBytes: LIMIT_BYTES,
    });
    const addresses = stdout.split('\n').map((line) => line.split(/\s+/)[0] ?? '');
    return [...new Set(addresses.filter(isAddress))];
  } catch (error) {
    if (signal.aborted || error instanceof OutsideError) return [];
    throw error;
  }
}
