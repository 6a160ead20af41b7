import { expect, test, vi } from 'vitest';
import { fakeVantage } from '../../test/support/fake-vantage.ts';
import { rememberingPasswords } from './remember-password.ts';

test('a host is asked for its password once, another host for its own', async () => {
  const typed = vi.fn(async () => `secret ${typed.mock.calls.length}`);
  const heard: string[] = [];
  const open = rememberingPasswords(async (url, { sudoPassword }) => {
    heard.push(`${url} ${await sudoPassword?.()}`);
    return fakeVantage({ sections: {} });
  });
  const { signal } = new AbortController();
  for (const url of ['ssh://nas', 'ssh://nas', 'ssh://node', 'ssh://nas']) {
    await open(url, { sudo: true, sudoPassword: typed }, signal);
  }
  await open('ssh://other', {}, signal);
  expect(heard).toEqual([
    'ssh://nas secret 1',
    'ssh://nas secret 1',
    'ssh://node secret 2',
    'ssh://nas secret 1',
    'ssh://other undefined',
  ]);
});
