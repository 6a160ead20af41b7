import type { Sysctls } from '../model/network.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Reads kernel settings: lines of `sysctl` (`net.ipv4.conf.all.rp_filter = 0`) and of
 * `grep . /proc/sys/…` (`/proc/sys/net/ipv4/conf/all/rp_filter:0`), which may be mixed.
 *
 * A device with a dot in its name keeps it, `net.ipv4.conf.eth0.100.rp_filter`, where sysctl(8) has
 * a slash in its place.
 */
export function readSysctls(text: string): Reading<Sysctls> {
  const log = problemLog();
  const values: Record<string, string> = {};
  text.split('\n').forEach((whole, at) => {
    if (whole.trim() === '') return;
    const pair = ofPath(whole) ?? ofName(whole);
    if (pair) values[pair[0]] = pair[1];
    else log.add(at + 1, whole, 'expected "NAME = VALUE" or "/proc/sys/PATH:VALUE"');
  });
  return reading(values, log);
}

function ofPath(line: string): readonly [string, string] | undefined {
  const [, path, value] = /^\s*\/proc\/sys\/([^:=\s]+)(?:[:=]|\s+)(.*)$/.exec(line) ?? [];
  if (path === undefined || value === undefined) return undefined;
  return [path.replaceAll('/', '.'), value.trim()];
}

function ofName(line: string): readonly [string, string] | undefined {
  const [, name, value] = /^\s*([\w.\-/@]+\.[\w.\-/@]+)\s*=\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return undefined;
  return [name.replaceAll('/', '.'), value.trim()];
}
