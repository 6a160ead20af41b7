import type { Link } from '../model/network.ts';
import { type Fields, isFields, numberOf, textOf, textsOf } from './fields.ts';
import { type DeviceBlock, deviceBlocks } from './ip-link-text.ts';
import { type Items, jsonItems, lineItems, looksLikeJson } from './items.ts';
import { groupNumber, type Names, tableNumber } from './names.ts';
import { problemLog, type Reading, reading } from './reading.ts';

export interface LinkOptions {
  readonly names?: Names | undefined;
  /** Which program printed it; found out by itself where the text gives it away. */
  readonly tool?: 'iproute2' | 'busybox' | undefined;
}

const BUSYBOX_LACKS = ['kind, group, operational state or VRF table of links'];

/** Reads the devices that `ip -d link` (or `ip addr`) prints, in JSON (`-j`) or in text. */
export function readIpLinks(text: string, options: LinkOptions = {}): Reading<Link[]> {
  const items = looksLikeJson(text) ? jsonItems(text) : linkLines(text);
  const links: Link[] = [];
  items.values.forEach((value, index) => {
    // filters of old versions leave `{}` behind
    if (isFields(value) && Object.keys(value).length === 0) return;
    const link = isFields(value) ? linkOf(value, options.names) : 'expected an object';
    if (typeof link === 'string') items.complain(index, link);
    else links.push(link);
  });
  return reading(links, items.log, isBusybox(links, text, options) ? BUSYBOX_LACKS : []);
}

function isBusybox(links: readonly Link[], text: string, { tool }: LinkOptions): boolean {
  if (tool) return tool === 'busybox';
  return (
    !looksLikeJson(text) && links.length > 0 && links.every(({ group }) => group === undefined)
  );
}

function linkOf(fields: Fields, names: Names | undefined): Link | string {
  const index = numberOf(fields['ifindex']);
  const name = textOf(fields['ifname']);
  const mtuBytes = numberOf(fields['mtu']);
  if (index === undefined || name === undefined) return 'no index or name';
  if (mtuBytes === undefined) return 'no mtu';
  const link: Link = { index, name, flags: [...textsOf(fields['flags'])], mtuBytes };
  const operState = textOf(fields['operstate']);
  if (operState !== undefined) link.operState = operState;
  const mac = textOf(fields['address']);
  if (mac !== undefined) link.mac = mac;
  const type = textOf(fields['link_type']);
  if (type !== undefined) link.type = HARDWARE.get(type) ?? type;
  const master = textOf(fields['master']);
  if (master !== undefined) link.master = master;
  return readGroup(link, fields, names) ?? readKind(link, fields, names) ?? link;
}

/** Hardware types as `ip -N` prints them. Source: Linux uapi/linux/if_arp.h. */
const HARDWARE: ReadonlyMap<string, string> = new Map([
  ['[1]', 'ether'],
  ['[32]', 'infiniband'],
  ['[512]', 'ppp'],
  ['[768]', 'ipip'],
  ['[769]', 'tunnel6'],
  ['[772]', 'loopback'],
  ['[776]', 'sit'],
  ['[778]', 'gre'],
  ['[65534]', 'none'],
]);

function readGroup(link: Link, fields: Fields, names: Names | undefined): string | undefined {
  const group = textOf(fields['group']);
  if (group === undefined) return undefined;
  const number = groupNumber(group, names);
  if (number === undefined) return `interface group "${group}" has no known number`;
  link.group = number;
  return undefined;
}

function readKind(link: Link, fields: Fields, names: Names | undefined): string | undefined {
  const info = fields['linkinfo'];
  if (!isFields(info)) return undefined;
  const kind = textOf(info['info_kind']);
  if (kind !== undefined) link.kind = kind;
  const data = info['info_data'];
  if (kind !== 'vrf' || !isFields(data)) return undefined;
  const table = tableNumber(textOf(data['table']) ?? '', names);
  if (table === undefined) return 'unreadable table of VRF';
  link.vrfTable = table;
  return undefined;
}

function linkLines(text: string): Items {
  const log = problemLog();
  const blocks = deviceBlocks(text, log);
  const lines = blocks.map(({ headLine, name, head }) => ({
    line: headLine,
    text: `${name}: ${head}`,
  }));
  return lineItems(blocks.map(blockFields), lines, log);
}

function blockFields(block: DeviceBlock): Fields {
  const fields: Record<string, unknown> = { ifindex: block.index, ifname: block.name };
  const [, flags = '', rest = ''] = /^<(.*?)>\s*(.*)$/.exec(block.head) ?? [];
  fields['flags'] = flags.split(',').filter((flag) => flag !== '');
  const words = rest.split(/\s+/);
  for (let at = 0; at + 1 < words.length; at += 2) {
    const key = HEAD_WORDS.get(words[at] ?? '');
    if (key !== undefined) fields[key] = words[at + 1];
  }
  const [hardware, detail] = block.lines;
  const [link = '', address] = (hardware?.text ?? '').trim().split(/\s+/);
  if (link.startsWith('link/')) {
    fields['link_type'] = link.slice('link/'.length);
    if (address !== undefined && /^[0-9a-f:.]+$/i.test(address)) fields['address'] = address;
  }
  const info = kindOf(detail?.text ?? '');
  if (info) fields['linkinfo'] = info;
  return fields;
}

const HEAD_WORDS: ReadonlyMap<string, string> = new Map([
  ['mtu', 'mtu'],
  ['state', 'operstate'],
  ['group', 'group'],
  ['master', 'master'],
]);

/** First words of the second line that are no kind: that line is only there with `-d`. */
const NO_KIND = /^(?:inet6?|alias|altname|vf|prog\/.*|RX:?|TX:?|valid_lft|promiscuity|.*_slave)$/;

function kindOf(line: string): Fields | undefined {
  const words = line.trim().split(/\s+/);
  const [kind = ''] = words;
  if (!/^[a-z][a-z0-9_-]*$/.test(kind) || NO_KIND.test(kind)) return undefined;
  const table = kind === 'vrf' ? words[words.indexOf('table') + 1] : undefined;
  return table === undefined ? { info_kind: kind } : { info_kind: kind, info_data: { table } };
}
