import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { atMost } from './at-most.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('atMost()', () => {
  test('fires although garbage was collected since and nobody else holds it', async () => {
    const other = new AbortController();
    const heard: string[] = [];
    const listen = () => {
      const inner = AbortSignal.any([atMost(50, other.signal), new AbortController().signal]);
      inner.addEventListener('abort', () => heard.push((inner.reason as Error).name));
    };
    listen();
    await expect
      .poll(
        () => {
          collectGarbage();
          return heard;
        },
        { timeout: 5000, interval: 10 },
      )
      .toEqual(['TimeoutError']);
  });

  test('fires with the reason of another signal that comes first', () => {
    const other = new AbortController();
    const signal = atMost(60_000, other.signal);
    other.abort(new Error('enough'));
    expect(signal.reason).toEqual(new Error('enough'));
  });

  test('is how every wait of the program is bounded', () => {
    const src = join(import.meta.dirname, '..');
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.includes('.test.') && !file.endsWith('at-most.ts'),
    );
    const asks = files.filter((file) =>
      readFileSync(join(src, file), 'utf8').includes('AbortSignal.timeout('),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(asks).toEqual([]);
  });
});
