import { describe, expect, test } from 'vitest';
import { readRouteGet, readRouteGetBatch } from './ip-route-get.ts';

describe('readRouteGet()', () => {
  test.each([
    {
      form: 'JSON',
      text: '[{"dst":"10.0.0.197","from":"10.0.0.210","dev":"tailscale0","table":"52","flags":[],"uid":0,"cache":[]}]',
    },
    {
      form: 'text',
      text: '10.0.0.197 from 10.0.0.210 dev tailscale0 table 52 uid 0 \n    cache \n',
    },
  ])('reads the answer of the outage from $form', ({ text }) => {
    expect(readRouteGet(text, '')).toEqual({
      value: { is: 'route', type: 'unicast', table: 52, dev: 'tailscale0', source: '10.0.0.210' },
      problems: [],
    });
  });

  test.each([
    {
      text: '[{"type":"local","dst":"10.0.0.210","dev":"lo","table":"local","prefsrc":"10.0.0.210","flags":[],"uid":0,"cache":["local"]}]',
    },
    { text: 'local 10.0.0.210 dev lo table local src 10.0.0.210 uid 0 \n    cache <local> \n' },
    { text: '2 10.0.0.210 dev lo table 255 src 10.0.0.210 uid 0 \n    cache <local> \n' },
  ])('knows a local answer: $text', ({ text }) => {
    expect(readRouteGet(text, '').value).toEqual({
      is: 'route',
      type: 'local',
      table: 255,
      dev: 'lo',
      source: '10.0.0.210',
    });
  });

  test('knows gateways of both families', () => {
    expect(
      readRouteGet('8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0 \n    cache \n', '').value,
    ).toMatchObject({ gateway: '10.0.0.1', table: 254, source: '10.0.0.5' });
    expect(
      readRouteGet('40.0.0.1 via inet6 fd00::9 dev v0 src 10.0.0.5 uid 0', '').value,
    ).toMatchObject({ gateway: 'fd00::9' });
    expect(
      readRouteGet('2a00::1 from :: via fd00::9 dev v0 src fd00::1 metric 1024 pref high', '')
        .value,
    ).toMatchObject({ gateway: 'fd00::9', source: 'fd00::1' });
  });

  test.each([
    ['RTNETLINK answers: Network is unreachable', 'ENETUNREACH'],
    ['RTNETLINK answers: No route to host', 'EHOSTUNREACH'],
    ['RTNETLINK answers: Permission denied', 'EACCES'],
    ['RTNETLINK answers: Invalid argument', 'EINVAL'],
    ['RTNETLINK answers: Invalid cross-device link', 'EXDEV'],
    ['ip: RTNETLINK answers: Host is unreachable', 'EHOSTUNREACH'],
    ['Cannot find device "nodev"', 'ENODEV'],
  ])('%s is %s', (text, errno) => {
    expect(readRouteGet('', `${text}\n`).value).toEqual({ is: 'error', errno, text });
  });

  test('an error of another kind keeps its words', () => {
    const stderr = 'Error: any valid prefix is expected rather than "zzz".\n';
    expect(readRouteGet('', stderr).value).toEqual({ is: 'error', text: stderr.trim() });
  });

  test('nothing at all is no answer', () => {
    expect(readRouteGet('', '')).toMatchObject({
      value: undefined,
      problems: [{ why: 'neither a route nor an error' }],
    });
  });

  test('a batch ties errors to questions by line', () => {
    const stdout =
      '[{"dst":"8.8.8.8","gateway":"10.0.0.1","dev":"v0","flags":[]}]\n[{"dst":"10.0.0.9","dev":"v0","flags":[]}]\n';
    const stderr =
      'RTNETLINK answers: Invalid argument\nCommand failed -:2\nError: any valid prefix is expected rather than "zzz".\nCommand failed -:4\n';
    const { value, problems } = readRouteGetBatch({ stdout, stderr }, 5);
    expect(value).toMatchObject(
      [
        { is: 'route', gateway: '10.0.0.1' },
        { is: 'error', errno: 'EINVAL' },
        { is: 'route', dev: 'v0' },
        { is: 'error' },
        undefined,
      ].map((answer) => answer ?? undefined),
    );
    expect(problems).toMatchObject([{ why: 'no answer' }]);
  });
});
