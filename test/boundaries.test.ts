import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * Import walls. Each folder of `src` may import itself, the folders named here, and the outside
 * packages named here; nothing else. `siblings: false` forbids imports between the folder's own
 * subfolders or, for a flat catalogue, between its members.
 */
interface Wall {
  readonly folders: readonly string[];
  readonly outside: readonly (string | RegExp)[];
  readonly why: string;
}

const node = /^node:/;
const WALLS: Readonly<Record<string, Wall>> = {
  model: { folders: [], outside: ['zod'], why: 'the words; everything depends on them' },
  routing: { folders: ['model'], outside: [], why: 'pure: a decision is a function of a snapshot' },
  capture: { folders: ['model'], outside: [], why: 'pure: bytes in, events out' },
  readers: { folders: ['model'], outside: [], why: 'pure: text in, model out' },
  causes: { folders: ['routing', 'capture', 'model'], outside: [], why: 'pure judgement' },
  fixes: { folders: ['routing', 'model'], outside: [], why: 'a fix is data' },
  planning: { folders: ['fixes', 'routing', 'model'], outside: [], why: 'pure: a plan is data' },
  manifests: { folders: ['routing', 'model'], outside: ['yaml'], why: 'pure linting' },
  diagnose: { folders: ['causes', 'routing', 'capture', 'model'], outside: [], why: 'pure' },
  report: { folders: ['model'], outside: [], why: 'pure: diagnosis in, text out' },
  ports: { folders: ['model'], outside: [], why: 'types, and how a wait is bounded' },
  collect: {
    folders: ['ports', 'readers', 'capture', 'model'],
    outside: ['zod', 'yaml'],
    why: 'reaches the world only through ports',
  },
  apply: { folders: ['ports', 'readers', 'fixes', 'model'], outside: [], why: 'through ports' },
  session: {
    folders: ['collect', 'diagnose', 'planning', 'apply', 'ports', 'model'],
    outside: [],
    why: 'the loop; reaches the world only through ports',
  },
  watch: { folders: ['session', 'report', 'ports', 'model'], outside: ['prom-client'], why: '' },
  csi: { folders: ['ports', 'model'], outside: [], why: '' },
  lab: {
    folders: ['ports', 'routing', 'model'],
    outside: [node, 'hono', '@hono/node-server', 'ws', /^@grpc\//, /^@bufbuild\//, 'zod', 'yaml'],
    why: 'stands in for the world, so it must not share code with what looks at it',
  },
  platform: {
    folders: ['ports', 'model'],
    outside: [node, 'undici', 'ws', /^@grpc\//, '@kubernetes/client-node'],
    why: 'the ports made real',
  },
  server: {
    folders: ['session', 'report', 'watch', 'model'],
    outside: ['hono', '@hono/node-server'],
    why: '',
  },
  cli: { folders: ['*'], outside: [node, 'commander', 'yaml', 'zod'], why: 'wires everything' },
};

/** Folders whose members stand alone: what two of them need moves down. */
const CATALOGUES = ['collect', 'causes', 'fixes', 'manifests'];
/** Files of a catalogue that every member may import. */
const CATALOGUE_COMMONS =
  /^(index|cause|fix|preference-script|lasting-pin|pin-names|pin-boot-script|pin-unit|app-restart|collector|read|rule|evidence|captured|captured-chain|captured-from-outside|advertisers|chosen-exit-node|astray-by-vpn|capture-by-api|refused|complaints|judge-complaints|pod-evidence|storage-of|api-port|listeners|neighbours|another-machine|own-addresses|why-silent|probe-connections|where-tailscaled-runs|deadline|section|shell)(\.test)?\.ts$/;

const SRC = resolve(import.meta.dirname, '../src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => join(SRC, name));

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly specifier: string;
}

const imports: Import[] = sources.flatMap((path) => {
  const text = readFileSync(path, 'utf8');
  const file = relative(SRC, path);
  const specifiers = [...text.matchAll(/^\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'/gms)]
    .concat([...text.matchAll(/^\s*import\s*'([^']+)'/gm)])
    .concat([...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)])
    .map((match) => match[1] ?? '');
  return specifiers.map((specifier) => ({ file, folder: file.split('/')[0] ?? '', specifier }));
});

function inside({ file, specifier }: Import): string {
  return relative(SRC, resolve(SRC, dirname(file), specifier));
}

function isAllowed(item: Import): boolean {
  const wall = WALLS[item.folder];
  if (!wall) return false;
  if (item.specifier.startsWith('.')) {
    const target = inside(item).split('/')[0] ?? '';
    if (target === '..') return item.specifier.endsWith('package.json') && item.folder === 'cli';
    return target === item.folder || wall.folders.includes('*') || wall.folders.includes(target);
  }
  return wall.outside.some((name) =>
    typeof name === 'string'
      ? item.specifier === name || item.specifier.startsWith(`${name}/`)
      : name.test(item.specifier),
  );
}

describe('import walls', () => {
  test('the scan finds imports at all', () => {
    expect(imports.length).toBeGreaterThan(10);
    expect(imports.some(({ specifier }) => specifier === 'zod')).toBe(true);
  });

  test('every folder of src has a wall', () => {
    const folders = new Set(sources.map((path) => relative(SRC, path).split('/')[0]));
    expect([...folders].filter((folder) => !WALLS[folder ?? ''])).toEqual([]);
  });

  test('a forbidden import is noticed', () => {
    expect(isAllowed({ file: 'routing/x.ts', folder: 'routing', specifier: 'node:fs' })).toBe(
      false,
    );
    expect(
      isAllowed({ file: 'routing/x.ts', folder: 'routing', specifier: '../collect/y.ts' }),
    ).toBe(false);
  });

  test('no import crosses a wall', () => {
    const broken = imports
      .filter((item) => !isAllowed(item))
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(broken).toEqual([]);
  });

  test.each(CATALOGUES)('members of %s do not import each other', (catalogue) => {
    const broken = imports
      .filter(({ folder, specifier }) => folder === catalogue && specifier.startsWith('.'))
      .filter((item) => {
        const [top, member = '', ...rest] = inside(item).split('/');
        if (top !== catalogue) return false;
        const own = item.file.split('/')[1] ?? '';
        if (rest.length === 0 && CATALOGUE_COMMONS.test(member)) return false;
        return own !== 'index.ts' && own !== member;
      })
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(broken).toEqual([]);
  });
});
