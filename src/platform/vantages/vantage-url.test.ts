import { describe, expect, test } from 'vitest';
import { parseVantageUrl } from './vantage-url.ts';

describe('parseVantageUrl()', () => {
  test.each([
    { url: 'local:', is: { scheme: 'local' } },
    { url: 'local://', is: { scheme: 'local' } },
    { url: 'lab://nas', is: { scheme: 'lab', labId: undefined, host: 'nas' } },
    { url: 'lab://a1/nas', is: { scheme: 'lab', labId: 'a1', host: 'nas' } },
    { url: 'ssh://10.0.0.210', is: ssh(undefined, ['10.0.0.210']) },
    { url: 'ssh://admin@nas.lan:2222', is: ssh('admin', ['nas.lan'], 2222) },
    { url: 'ssh://admin@10.0.0.210,100.68.1.2', is: ssh('admin', ['10.0.0.210', '100.68.1.2']) },
    { url: 'ssh://a@[fd00::1],10.0.0.1:22/', is: ssh('a', ['fd00::1', '10.0.0.1'], 22) },
    { url: 'ssh://a@[fe80::1%eth0]', is: ssh('a', ['fe80::1%eth0']) },
    { url: 'ssh://user@corp@nas', is: ssh('user@corp', ['nas']) },
    { url: 'truenas://10.0.0.210', is: { ...ssh(undefined, ['10.0.0.210']), scheme: 'truenas' } },
    {
      url: 'truenas://root@[fd00::1],100.68.1.2:8443',
      is: { ...ssh('root', ['fd00::1', '100.68.1.2'], 8443), scheme: 'truenas' },
    },
  ])('takes $url apart', ({ url, is }) => {
    expect(parseVantageUrl(url)).toEqual(is);
  });

  test.each([
    '',
    'nas',
    'http://nas',
    'local:x',
    'lab://',
    'lab://a/b/c',
    'ssh://',
    'ssh://nas:0',
    'ssh://nas:65536',
    'ssh://-oProxyCommand=reboot',
    'ssh://-l@nas',
    'truenas://',
    'truenas://nas/api',
    'ssh://nas,-oX=y',
    'ssh://nas;reboot',
    'ssh://nas\nreboot',
    'ssh://fd00::1',
  ])('refuses %j', (url) => {
    expect(() => parseVantageUrl(url)).toThrow(SyntaxError);
  });
});

function ssh(user: string | undefined, hosts: string[], port?: number) {
  return { scheme: 'ssh', user, hosts, port };
}
