import type { Address } from '../model/network.ts';
import { addressOf, type Fields, isFields, numberOf, textOf } from './fields.ts';
import { deviceBlocks } from './ip-link-text.ts';
import { type Items, jsonItems, lineItems, looksLikeJson } from './items.ts';
import { scopeName } from './names.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/**
 * Reads the addresses that `ip addr` prints (`-j`, `-N`, `-o` or plain; iproute2 or BusyBox), both
 * families, in the order of the kernel, which decides which source address is chosen.
 */
export function readIpAddresses(text: string): Reading<Address[]> {
  const items = looksLikeJson(text) ? devicesOfJson(text) : addressLines(text);
  const addresses: Address[] = [];
  items.values.forEach((value, index) => {
    const address = isFields(value) ? addressFrom(value) : 'expected an object';
    if (typeof address === 'string') items.complain(index, address);
    else addresses.push(address);
  });
  return reading(addresses, items.log);
}

/** Addresses of all devices, each with its device. Filters of old versions leave `{}` behind. */
function devicesOfJson(text: string): Items {
  const devices = jsonItems(text);
  const values: unknown[] = [];
  const from: number[] = [];
  devices.values.forEach((device, index) => {
    if (!isFields(device) || Object.keys(device).length === 0) return;
    const list: unknown = device['addr_info'];
    for (const info of Array.isArray(list) ? list : []) {
      if (!isFields(info) || Object.keys(info).length === 0) continue;
      values.push({ ...info, dev: device['ifname'] });
      from.push(index);
    }
  });
  return {
    values,
    log: devices.log,
    complain: (index, why) => devices.complain(from[index] ?? 0, why),
  };
}

/** Keys of `addr_info` that are flags when they are true. */
const FLAG_KEYS = [
  'secondary',
  'tentative',
  'dadfailed',
  'deprecated',
  'temporary',
  'optimistic',
  'home',
  'nodad',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
  'dynamic',
] as const;
const FLAG_WORDS: ReadonlySet<string> = new Set(FLAG_KEYS);

function addressFrom(fields: Fields): Address | string {
  const dev = textOf(fields['dev']);
  if (dev === undefined) return 'no device';
  const local = addressOf(textOf(fields['local']) ?? '');
  if (local === undefined) return `unreadable address "${String(fields['local'])}"`;
  const prefixLength = numberOf(fields['prefixlen']);
  if (prefixLength === undefined) return 'unreadable prefix length';
  const address: Address = {
    dev,
    local,
    prefixLength,
    scope: scopeName(textOf(fields['scope']) ?? 'global'),
    flags: FLAG_KEYS.filter((key) => fields[key] === true),
  };
  const peer = textOf(fields['address']);
  if (peer !== undefined) {
    const known = addressOf(peer);
    if (known === undefined) return `unreadable peer "${peer}"`;
    address.peer = known;
  }
  const broadcast = textOf(fields['broadcast']);
  if (broadcast !== undefined) address.broadcast = broadcast;
  return address;
}

function addressLines(text: string): Items {
  const log = problemLog();
  const values: Fields[] = [];
  const lines: { line: number; text: string }[] = [];
  for (const block of deviceBlocks(text, log)) {
    for (const part of block.lines) {
      const fields = addressLine(part.text.trim(), block.name);
      if (fields === undefined) continue;
      if (typeof fields === 'string') log.add(part.line, part.text, fields);
      else {
        values.push(fields);
        lines.push(part);
      }
    }
  }
  return lineItems(values, lines, log);
}

/** The address of a line, `undefined` when the line is about something else, or what is wrong. */
function addressLine(text: string, dev: string): Fields | string | undefined {
  const [family, address = '', ...words] = text.split(/\s+/);
  if (family !== 'inet' && family !== 'inet6') return undefined;
  const [local = '', length] = address.split('/');
  const prefixlen = length ?? (family === 'inet' ? 32 : 128);
  const fields: Record<string, unknown> = { dev, family, local, prefixlen };
  const unknown = takeWords(fields, words, dev);
  return unknown === undefined ? fields : `unknown word "${unknown}"`;
}

/** Takes what follows an address, up to its label or lifetime; returns a word it does not know. */
function takeWords(
  fields: Record<string, unknown>,
  words: readonly string[],
  dev: string,
): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const take = VALUES.get(word);
    if (take) take(fields, words[++at] ?? '');
    else if (FLAG_WORDS.has(word)) fields[word] = true;
    else if (word === 'valid_lft' || word === dev || word.startsWith(`${dev}:`)) return undefined;
    else return word;
  }
  return undefined;
}

type Take = (fields: Record<string, unknown>, value: string) => void;

const passOver: Take = () => undefined;

/** Words followed by a value, and what to do with it. */
const VALUES: ReadonlyMap<string, Take> = new Map([
  ['peer', takePeer],
  [
    'brd',
    (fields, value) => {
      fields['broadcast'] = value;
    },
  ],
  [
    'scope',
    (fields, value) => {
      fields['scope'] = value;
    },
  ],
  ['flags', takeHexFlags],
  ['any', passOver],
  ['metric', passOver],
  ['proto', passOver],
  ['protocol', passOver],
] satisfies [string, Take][]);

function takePeer(fields: Record<string, unknown>, value: string): void {
  const [peer, bits] = value.split('/');
  fields['address'] = peer;
  if (bits !== undefined) fields['prefixlen'] = bits;
}

/** Bits that BusyBox has no word for. Source: Linux uapi/linux/if_addr.h. */
const IFA_FLAGS: readonly (readonly [number, string])[] = [
  [0x02, 'nodad'],
  [0x04, 'optimistic'],
  [0x08, 'dadfailed'],
  [0x10, 'home'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
  [0x100, 'mngtmpaddr'],
  [0x200, 'noprefixroute'],
  [0x400, 'autojoin'],
  [0x800, 'stable-privacy'],
];

function takeHexFlags(fields: Record<string, unknown>, hex: string): void {
  const bits = Number.parseInt(hex, 16);
  for (const [bit, name] of IFA_FLAGS) if ((bits & bit) !== 0) fields[name] = true;
  if ((bits & 0x01) !== 0) fields[fields['family'] === 'inet' ? 'secondary' : 'temporary'] = true;
}
