import { describe, expect, test } from 'vitest';
import { homelab } from '../topology/homelab.ts';
import { allFaults, faultById } from './index.ts';

const hosts = homelab.hosts.map(({ name }) => name);

describe('faults', () => {
  test('have ids of their own', () => {
    const ids = allFaults.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(allFaults)('$id is whole', ({ id, title, settings, question, expect: expected }) => {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(title).toMatch(/^[A-Z].{5,90}[^.]$/);
    expect(settings.length).toBeGreaterThan(0);
    for (const { host } of settings) expect(hosts).toContain(host);
    expect(hosts).toEqual(expect.arrayContaining([question.from, question.to]));
    expect(expected.causes.length > 0).toBe(expected.verdict === 'cause-found');
  });
});

describe('faultById()', () => {
  test('gives the fault of that id', () => {
    expect(faultById('nas-off').title).toBe('The NAS is switched off');
  });

  test('names the known ones when it does not know one', () => {
    expect(() => faultById('full-moon')).toThrow(/known are accept-routes, /);
  });
});
