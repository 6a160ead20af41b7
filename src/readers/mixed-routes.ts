import { FAMILIES, type Family, type Route } from '../model/network.ts';
import { type Fields, isFields, textOf } from './fields.ts';
import { type RouteOptions, readIpRoutes } from './ip-route.ts';
import { jsonItems, looksLikeJson } from './items.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Reads what `ip route show table all` prints without `-4` or `-6`: both families in one list, IPv4
 * first, and nothing on a line that names its family.
 *
 * A prefix or gateway tells the family, and so does `pref`, which only IPv6 has. A `default` with
 * none of these belongs to the routes around it; between the families it is reported and left out.
 */
export function readMixedRoutes(
  text: string,
  options: Omit<RouteOptions, 'family'> = {},
): Reading<Record<Family, Route[]>> {
  const pieces = looksLikeJson(text) ? jsonPieces(text) : textPieces(text);
  const log = problemLog();
  const families = familiesOf(pieces);
  for (const [at, { line, text: piece }] of pieces.entries()) {
    if (families[at] === undefined) log.add(line, piece, 'IPv4 or IPv6? ask with -4 and -6 apart');
  }
  const value: Record<Family, Route[]> = { ipv4: [], ipv6: [] };
  const lacks = new Set<string>();
  for (const family of FAMILIES) {
    const own = pieces.map((piece, at) => ({ ...piece, own: families[at] === family }));
    const read = readIpRoutes(looksLikeJson(text) ? jsonOf(own) : textOfOwn(own), {
      ...options,
      family,
    });
    value[family] = read.value;
    for (const lack of read.lacks ?? []) lacks.add(lack);
    for (const problem of read.problems) log.add(problem.line, problem.text, problem.why);
  }
  return reading(value, log, [...lacks]);
}

function jsonOf(pieces: readonly (Piece & { readonly own: boolean })[]): string {
  return `[${pieces.flatMap(({ own, text }) => (own ? [text] : [])).join(',')}]`;
}

/** Lines of the other family are left empty, so that line numbers stay right. */
function textOfOwn(pieces: readonly (Piece & { readonly own: boolean })[]): string {
  return pieces.map(({ own, text }) => (own ? text : text.replace(/[^\n]/g, ''))).join('\n');
}

interface Piece {
  readonly line: number;
  /** The lines of one route, or one object. */
  readonly text: string;
  readonly dst: string;
  readonly gateway: string;
  readonly pref: boolean;
}

function jsonPieces(text: string): readonly Piece[] {
  return jsonItems(text)
    .values.filter(isFields)
    .map((fields) => ({
      line: 1,
      text: JSON.stringify(fields),
      dst: textOf(fields['dst']) ?? '',
      gateway: gatewayOf(fields),
      pref: 'pref' in fields,
    }));
}

function gatewayOf(fields: Fields): string {
  const hops = fields['nexthops'];
  const [first] = Array.isArray(hops) ? hops : [];
  return textOf(fields['gateway'] ?? (isFields(first) ? first['gateway'] : undefined)) ?? '';
}

/** A line is a piece of its own, so that line numbers stay right; what it spills joins it. */
function textPieces(text: string): readonly Piece[] {
  const pieces: { line: number; text: string; dst: string; gateway: string; pref: boolean }[] = [];
  text.split('\n').forEach((line, at) => {
    const last = pieces.at(-1);
    if (/^\s/.test(line) && last) {
      last.text += `\n${line}`;
      last.gateway ||= /\bvia (\S+)/.exec(line)?.[1] ?? '';
      last.pref ||= / pref /.test(line);
      return;
    }
    const words = line.trim().split(/\s+/);
    const dst = words.find((word) => word === 'default' || /[.:/]/.test(word)) ?? '';
    const gateway = /\bvia (?!inet)(\S+)/.exec(line)?.[1] ?? '';
    pieces.push({ line: at + 1, text: line, dst, gateway, pref: / pref /.test(line) });
  });
  return pieces;
}

function familiesOf(pieces: readonly Piece[]): readonly (Family | undefined)[] {
  const known = pieces.map(({ dst, gateway, pref }): Family | undefined => {
    if (pref || dst.includes(':') || gateway.includes(':')) return 'ipv6';
    return dst.includes('.') || gateway.includes('.') ? 'ipv4' : undefined;
  });
  const lastIpv4 = known.lastIndexOf('ipv4');
  const firstIpv6 = known.indexOf('ipv6');
  return known.map((family, at) => {
    if (family !== undefined || pieces[at]?.text.trim() === '') return family ?? 'ipv4';
    if (at < lastIpv4 || (firstIpv6 < 0 && lastIpv4 >= 0)) return 'ipv4';
    return firstIpv6 >= 0 && at > firstIpv6 ? 'ipv6' : undefined;
  });
}
