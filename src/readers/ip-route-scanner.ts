import { type Nexthop, type Route, TABLE } from '../model/network.ts';
import { ipv4Mask } from '../model/prefix.ts';
import { addressOf, prefixOf } from './fields.ts';
import type { RouteOptions } from './ip-route.ts';
import { protocolName, scopeName, tableNumber } from './names.ts';

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const CLOSE = 125;

const NO_FLAGS: string[] = Object.freeze([]) as unknown as string[];
/** In the order `ip` prints them. */
const KEYS = ['dst', 'gateway', 'dev', 'table', 'protocol', 'scope', 'prefsrc', 'metric', 'flags'];
const DST = 0;
const GATEWAY = 1;
const DEV = 2;
const PROTOCOL = 4;
const SCOPE = 5;
const PREFSRC = 6;
const METRIC = 7;
const FLAGS = 8;

/**
 * Holds the parts of one plain route, and what was read before: devices, gateways, tables and
 * protocols repeat, so most texts are found rather than made.
 */
export class RouteScanner {
  readonly #text: string;
  readonly #options: RouteOptions;
  readonly #hops = new Map<string, Map<string, Nexthop[]>>();
  readonly #words: string[] = KEYS.map(() => '');
  #prefix = '';
  #gateway = '';
  #device = '';
  #table = 0;
  #protocol = '';
  #scope = '';
  #metric = 0;
  #source = '';

  constructor(text: string, options: RouteOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** Reads the object at `at` and returns the place past it; 0 when it is not plain. */
  plainObject(start: number): number {
    const text = this.#text;
    this.#prefix = '';
    this.#gateway = '';
    this.#device = '';
    this.#table = this.#options.table ?? TABLE.main;
    this.#protocol = 'boot';
    this.#scope = 'global';
    this.#metric = 0;
    this.#source = '';
    let at = start + 1;
    let key = -1;
    for (;;) {
      if (text.charCodeAt(at) !== QUOTE) return 0;
      key = this.#keyAt(at + 1, key + 1);
      if (key < 0) return 0;
      at = this.#value(key, at + (KEYS[key] as string).length + 3);
      if (at === 0) return 0;
      const next = text.charCodeAt(at);
      at += 1;
      if (next === CLOSE) return this.#isWhole() ? at : 0;
      if (next !== COMMA) return 0;
    }
  }

  #isWhole(): boolean {
    return this.#prefix !== '' && (this.#device !== '' || this.#gateway !== '');
  }

  route(): Route {
    const route: Route = {
      table: this.#table,
      type: 'unicast',
      prefix: this.#prefix,
      tos: 0,
      metric: this.#metric,
      protocol: this.#protocol,
      scope: this.#scope,
      flags: NO_FLAGS,
      nexthops: this.#nexthops(),
    };
    if (this.#source !== '') route.prefSource = this.#source;
    return route;
  }

  /** Index of the key, not before `first`, whose text begins at `at` and ends with `":`, or -1. */
  #keyAt(at: number, first: number): number {
    const text = this.#text;
    const initial = text.charCodeAt(at);
    for (let key = first; key < KEYS.length; key++) {
      const word = KEYS[key] as string;
      const { length } = word;
      if (initial !== word.charCodeAt(0) || text.charCodeAt(at + length) !== QUOTE) continue;
      let same = 1;
      while (same < length && text.charCodeAt(at + same) === word.charCodeAt(same)) same += 1;
      if (same === length && text.charCodeAt(at + length + 1) === COLON) return key;
    }
    return -1;
  }

  /** Takes the value at `at` and returns the place past it; 0 when it is not plain. */
  #value(key: number, at: number): number {
    const text = this.#text;
    if (key === FLAGS) {
      const empty = text.charCodeAt(at) === OPEN_LIST && text.charCodeAt(at + 1) === CLOSE_LIST;
      return empty ? at + 2 : 0;
    }
    if (key === METRIC) return this.#number(at);
    if (text.charCodeAt(at) !== QUOTE) return 0;
    if (key === DST) {
      const end = this.#network(at + 1);
      if (end > 0) return end;
    }
    const word = this.#word(key, at + 1);
    if (word === '') return 0;
    return this.#take(key, word) ? at + word.length + 2 : 0;
  }

  #number(at: number): number {
    let value = 0;
    let end = at;
    for (; ; end++) {
      const code = this.#text.charCodeAt(end);
      if (!(code >= 48 && code <= 57) || end - at > 9) break;
      value = value * 10 + code - 48;
    }
    if (end === at || end - at > 9) return 0;
    this.#metric = value;
    return end;
  }

  /** The text between quotes, empty when it holds an escape; the last one of that key if the same. */
  #word(key: number, start: number): string {
    const text = this.#text;
    const last = this.#words[key] as string;
    if (
      last !== '' &&
      text.charCodeAt(start + last.length) === QUOTE &&
      text.startsWith(last, start)
    ) {
      return last;
    }
    const end = text.indexOf('"', start);
    if (end < 0) return '';
    const word = text.slice(start, end);
    if (word.includes('\\')) return '';
    this.#words[key] = word;
    return word;
  }

  #take(key: number, word: string): boolean {
    switch (key) {
      case DST:
        this.#prefix = prefixOf(word, this.#options.family) ?? '';
        return this.#prefix !== '';
      case GATEWAY:
        this.#gateway = word;
        return this.#hops.get(word) !== undefined || addressOf(word) !== undefined;
      case DEV:
        this.#device = word;
        return true;
      case PROTOCOL:
        this.#protocol = protocolName(word);
        return true;
      case SCOPE:
        this.#scope = scopeName(word);
        return true;
      case PREFSRC:
        this.#source = addressOf(word) ?? '';
        return this.#source !== '';
      default: {
        const table = tableNumber(word, this.#options.names);
        this.#table = table ?? 0;
        return table !== undefined;
      }
    }
  }

  /**
   * Takes an IPv4 network with its length from `start` as it stands and returns the place past the
   * quote; 0 for anything else, which is then read the long way.
   */
  #network(start: number): number {
    const text = this.#text;
    let value = 0;
    let part = 0;
    let dots = 0;
    let digits = 0;
    let at = start;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code >= 48 && code <= 57) {
        if ((part === 0 && digits > 0) || digits > 2) return 0;
        part = part * 10 + code - 48;
        digits += 1;
      } else {
        if (digits === 0 || part > 255 || (code !== DOT && code !== SLASH)) return 0;
        value = value * 256 + part;
        if (code === SLASH) break;
        dots += 1;
        part = 0;
        digits = 0;
      }
    }
    if (dots !== 3 || this.#options.family !== 'ipv4') return 0;
    const tens = text.charCodeAt(at + 1) - 48;
    const short = text.charCodeAt(at + 2) === QUOTE;
    const length = short ? tens : tens * 10 + text.charCodeAt(at + 2) - 48;
    const end = at + (short ? 2 : 3);
    if (!(length >= (short ? 0 : 10) && length <= 32) || text.charCodeAt(end) !== QUOTE) return 0;
    if ((value & ~ipv4Mask(length)) !== 0) return 0;
    this.#prefix = text.slice(start, end);
    return end + 1;
  }

  /** Routes over the same way share one list. */
  #nexthops(): Nexthop[] {
    let byDevice = this.#hops.get(this.#gateway);
    if (!byDevice) {
      byDevice = new Map<string, Nexthop[]>();
      this.#hops.set(this.#gateway, byDevice);
    }
    const known = byDevice.get(this.#device);
    if (known) return known;
    const hop: Nexthop = { weight: 1, flags: NO_FLAGS };
    const gateway = addressOf(this.#gateway);
    if (gateway !== undefined) hop.gateway = gateway;
    if (this.#device !== '') hop.dev = this.#device;
    const hops = [Object.freeze(hop)];
    Object.freeze(hops);
    byDevice.set(this.#device, hops);
    return hops;
  }
}
