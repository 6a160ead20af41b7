import type { Route } from '../model/network.ts';
import { type Fields, isFields } from './fields.ts';
import type { RouteOptions } from './ip-route.ts';
import { RouteScanner } from './ip-route-scanner.ts';

/**
 * Reads the compact list that `ip -j route` prints without building an object for each route first:
 * a host with a full BGP table has a million of them.
 *
 * Takes only what it knows for certain. Any other object goes to `readObject`; anything unexpected
 * between objects, or an object that `readObject` refuses, gives up the whole list.
 *
 * @returns `undefined` when the list is to be read the careful way.
 */
export function scanRoutes(
  text: string,
  options: RouteOptions,
  readObject: (fields: Fields) => Route | string,
): Route[] | undefined {
  const scanner = new RouteScanner(text, options);
  const routes: Route[] = [];
  let at = 1;
  if (text.charCodeAt(0) !== OPEN_LIST) return undefined;
  for (;;) {
    if (text.charCodeAt(at) !== OPEN) return undefined;
    const end = scanner.plainObject(at);
    if (end > 0) {
      routes.push(scanner.route());
      at = end;
    } else {
      const close = endOfObject(text, at);
      const route = readSlice(text.slice(at, close), readObject);
      if (route === undefined) return undefined;
      routes.push(route);
      at = close;
    }
    const next = text.charCodeAt(at);
    at += 1;
    if (next === CLOSE_LIST) return text.slice(at).trim() === '' ? routes : undefined;
    if (next !== COMMA) return undefined;
  }
}

function readSlice(
  slice: string,
  readObject: (fields: Fields) => Route | string,
): Route | undefined {
  try {
    const fields: unknown = JSON.parse(slice);
    const route = isFields(fields) ? readObject(fields) : 'no object';
    return typeof route === 'string' ? undefined : route;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Past the brace that closes the object at `at`, or past the end when there is none. */
function endOfObject(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i + 1);
    else if (code === OPEN) depth += 1;
    else if (code === CLOSE && --depth === 0) return i + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
