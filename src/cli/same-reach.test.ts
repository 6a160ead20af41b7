import { expect, test } from 'vitest';
import { sameReach } from './same-reach.ts';

test('sameReach() repeats what leads to the same cluster and hosts, and nothing else', () => {
  expect(sameReach({})).toBe('');
  expect(
    sameReach({ context: 'home lab', truenasKeyFile: 'key', sudo: true, fingerprint: 'SHA256:0' }),
  ).toBe(" --context 'home lab' --truenas-key-file key --sudo");
});
