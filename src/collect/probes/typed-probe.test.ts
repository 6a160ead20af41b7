import { expect, test } from 'vitest';
import { typedProbe } from './typed-probe.ts';

test.each([
  {
    ask: { probe: 'tcp', address: '10.0.0.210', port: 2049, timeoutMs: 1500 },
    is: 'nc -vz -w 2 10.0.0.210 2049',
  },
  {
    ask: { probe: 'tcp', address: '10.0.0.197', port: 80, source: '10.0.0.210', timeoutMs: 500 },
    is: 'nc -vz -w 1 -s 10.0.0.210 10.0.0.197 80',
  },
  {
    ask: { probe: 'icmp', address: '10.0.0.197', source: '10.0.0.210', timeoutMs: 1000 },
    is: 'ping -c 1 -W 1 -I 10.0.0.210 10.0.0.197',
  },
  {
    ask: { probe: 'http', address: '10.0.0.210', port: 80, path: '/api/v2.0/', timeoutMs: 5000 },
    is: 'curl -k -m 5 -sS -o /dev/null -w "%{http_code} %{time_starttransfer}\\n" http://10.0.0.210/api/v2.0/',
  },
  {
    ask: { probe: 'https', address: 'fd00::1', port: 8443, timeoutMs: 5000 },
    is: 'curl -k -m 5 -sS -o /dev/null -w "%{http_code} %{time_starttransfer}\\n" \'https://[fd00::1]:8443/\'',
  },
  {
    ask: { probe: 'nfs', address: '10.0.0.210', port: 2049, timeoutMs: 1000 },
    is: 'rpcinfo -a 10.0.0.210.8.1 -T tcp 100003 3',
  },
  {
    ask: { probe: 'nfs', address: 'fd00::210', port: 2049, timeoutMs: 1000 },
    is: 'rpcinfo -a fd00::210.8.1 -T tcp6 100003 3',
  },
] as const)('typedProbe() gives $is', ({ ask, is }) => {
  expect(typedProbe(ask)).toBe(is);
});
