import { spawn } from 'node:child_process';
import { run } from '../init/run.ts';
import { invalid } from './call-error.ts';
import { fieldOf } from './params.ts';

type Options = Readonly<Record<string, unknown>>;

/**
 * Pings from here with the machine's own `ping`. As in the middleware, `interface` goes to `-I`
 * unchecked, so that an address binds as well as a device.
 * Source: middleware service/core_service.py, ping_remote()
 *
 * @returns Whether it was answered.
 */
export function ping(options: Options): Promise<boolean> {
  const host = fieldOf<string>(options, 'hostname', { type: 'string' });
  const timeout = fieldOf<number>(options, 'timeout', { type: 'number', fallback: 4 });
  const type = fieldOf<string>(options, 'type', { type: 'string', fallback: 'ICMP' });
  if (!(timeout >= 1 && timeout <= 60)) {
    throw invalid('options.timeout', 'Input should be between 1 and 60');
  }
  const family = { ICMPV4: ['-4'], ICMPV6: ['-6'], ICMP: [] }[type];
  if (!family) throw invalid('options.type', "Input should be 'ICMP', 'ICMPV4' or 'ICMPV6'");
  const argv = [
    ...family,
    ...['-W', String(timeout)],
    ...valueOption('-c', options['count'] ?? 1),
    ...valueOption('-I', options['interface']),
    ...valueOption('-i', options['interval']),
    host,
  ];
  return new Promise((resolve) => {
    const child = spawn('ping', argv, { stdio: 'ignore' });
    // no such program is no answer either
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Addresses of the LAN and who answered for them, of the kernel's neighbour table. */
export async function arpTable(options: Options): Promise<Readonly<Record<string, string>>> {
  const { ip, interface: device } = options;
  const text = await run(['ip', '-j', 'neigh', 'show', ...valueOption('dev', device)]);
  const neighbours = JSON.parse(text || '[]') as { dst: string; lladdr?: string }[];
  return Object.fromEntries(
    neighbours.flatMap(({ dst, lladdr }) =>
      lladdr !== undefined && (typeof ip !== 'string' || ip === dst) ? [[dst, lladdr]] : [],
    ),
  );
}

function valueOption(flag: string, value: unknown): readonly string[] {
  return typeof value === 'string' || typeof value === 'number' ? [flag, String(value)] : [];
}
