import { describe, expect, test } from 'vitest';
import { parseFlow } from './trace-flow.ts';
import { flowText } from './trace-text.ts';

describe('parseFlow()', () => {
  test.each([
    [
      '10.0.0.197->10.0.0.210:2049/tcp',
      { protocol: 'tcp', source: '10.0.0.197', destination: '10.0.0.210', destinationPort: 2049 },
    ],
    ['10.0.0.210:2049', { protocol: 'tcp', destination: '10.0.0.210', destinationPort: 2049 }],
    ['10.0.0.210', { protocol: 'icmp', destination: '10.0.0.210' }],
    [
      '10.0.0.197 -> 10.0.0.210/icmp',
      { protocol: 'icmp', source: '10.0.0.197', destination: '10.0.0.210' },
    ],
    [
      '10.0.0.197:800->10.0.0.210:111/udp',
      {
        protocol: 'udp',
        source: '10.0.0.197',
        sourcePort: 800,
        destination: '10.0.0.210',
        destinationPort: 111,
      },
    ],
    [
      '[fd00::1]->[fd00::2]:443/tcp',
      { protocol: 'tcp', source: 'fd00::1', destination: 'fd00::2', destinationPort: 443 },
    ],
    ['fd00:0::1->fd00::2', { protocol: 'icmp', source: 'fd00::1', destination: 'fd00::2' }],
  ])('reads %s', (text, flow) => {
    expect(parseFlow(text)).toEqual(flow);
  });

  test.each([
    '',
    'banana',
    '10.0.0.256',
    '10.0.0.1->',
    '10.0.0.1->10.0.0.2->10.0.0.3',
    '10.0.0.1->fd00::1',
    '10.0.0.1:70000/tcp',
    '10.0.0.1:80/icmp',
    '10.0.0.1:80/sctp',
  ])('refuses "%s"', (text) => {
    expect(() => parseFlow(text)).toThrow(SyntaxError);
  });

  test('what is printed can be typed again', () => {
    for (const text of ['10.0.0.197:1 -> 10.0.0.210:2049/tcp', '[fd00::1]:1 -> [fd00::2]:2/udp']) {
      expect(flowText(parseFlow(text))).toBe(text);
    }
  });
});
