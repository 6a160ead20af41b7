import type { Route } from '../model/network.ts';
import { readNetToolsRoutes } from './net-tools-route.ts';
import type { Reading } from './reading.ts';

/** Source: Linux include/uapi/linux/route.h. */
const RTF = { gateway: 0x2, reject: 0x200 } as const;
const COLUMNS = 'Destination Gateway Genmask Flags Metric Iface';

/**
 * Reads `/proc/net/route`, where there is neither `ip` nor `route`: IPv4 of table main, as
 * `route -n` prints it from there.
 */
export function readProcNetRoute(text: string): Reading<Route[]> {
  const rows = text.split('\n').map((line) => {
    const [iface = '', to = '', gateway = '', flags = '', , , metric = '', mask = ''] = line
      .trim()
      .split(/\s+/);
    if (iface === 'Iface') return COLUMNS;
    if (iface === '') return '';
    const bits = Number.parseInt(flags, 16);
    const letters = `U${bits & RTF.gateway ? 'G' : ''}${bits & RTF.reject ? '!' : ''}`;
    return [dotted(to), dotted(gateway), dotted(mask), letters, metric, iface].join(' ');
  });
  return readNetToolsRoutes(rows.join('\n'));
}

/** An address as the kernel holds it in memory, on the little-endian machines that Linux runs on. */
function dotted(hex: string): string {
  if (!/^[0-9A-F]{8}$/i.test(hex)) return hex;
  const bytes = hex.match(/../g) ?? [];
  return bytes
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
