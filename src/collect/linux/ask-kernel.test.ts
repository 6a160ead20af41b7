import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeHost, fakeVantage } from '../../../test/support/fake-vantage.ts';
import { Observation } from '../../model/observation.ts';
import { askKernel } from './ask-kernel.ts';
import { typedQuestion } from './kernel-questions.ts';

const REPLY = { protocol: 'tcp', source: '10.0.0.210', destination: '10.0.0.197' } as const;
const REQUEST = { protocol: 'tcp', source: '10.0.0.197', destination: '10.0.0.210' } as const;

const nas: FakeHost['sections'] = {
  'kernel-tables': '52 tailnet\n',
  'kernel-route-0': '10.0.0.197 from 10.0.0.210 dev tailscale0 table tailnet uid 0 \n    cache \n',
  'kernel-route-1': { stderr: 'RTNETLINK answers: Invalid cross-device link\n', exitCode: 2 },
  'kernel-neighbour-0': '10.0.0.9 dev enp1s0 FAILED\n',
  'kernel-counters': 'TcpExt: SyncookiesSent IPReversePathFilter\nTcpExt: 0 8\n',
  'kernel-sockets':
    'State Recv-Q Send-Q Local Peer\nSYN-RECV 0 0 10.0.0.210:2049 10.0.0.197:40000\n',
};

function ask(host: FakeHost, signal = AbortSignal.timeout(5000)) {
  return askKernel(fakeVantage(host), {
    questions: [{ flow: REPLY }, { flow: REQUEST, inputDevice: 'enp1s0' }],
    neighbours: ['10.0.0.9'],
    peers: [],
    clock: fakeClock(),
    signal,
  });
}

describe('askKernel()', () => {
  test('tells routes, refusals, neighbours, counters and half-open sockets', async () => {
    const { observations, unseen } = await ask({ sections: nas });
    expect(unseen).toEqual([]);
    expect(observations.map((o) => Observation.parse(o))).toEqual(observations);
    expect(observations).toMatchObject([
      {
        kind: 'kernel-route',
        flow: REPLY,
        command: 'ip route get 10.0.0.197 from 10.0.0.210',
        answer: { is: 'route', dev: 'tailscale0', table: 52 },
        raw: '10.0.0.197 from 10.0.0.210 dev tailscale0 table tailnet uid 0 cache',
      },
      {
        inputDevice: 'enp1s0',
        command: 'ip route get 10.0.0.210 from 10.0.0.197 iif enp1s0',
        answer: { is: 'error', errno: 'EXDEV' },
      },
      { kind: 'neighbour', neighbour: { address: '10.0.0.9', state: ['FAILED'] } },
      { kind: 'counters', phase: 'after', values: { 'TcpExt:IPReversePathFilter': 8 } },
      { kind: 'socket', state: 'SYN-RECV', remote: { address: '10.0.0.197' } },
    ]);
  });

  test.each([
    { route: { exitCode: 127, stderr: 'sh: ip: not found' }, why: /ip: not found/ },
    { route: { exitCode: 124 }, why: /did not end in time/ },
    { route: 'nonsense', why: /not understood/ },
  ])('says why an answer is missing: $why', async ({ route, why }) => {
    const { observations, unseen } = await ask({ sections: { ...nas, 'kernel-route-0': route } });
    expect(observations.filter(({ kind }) => kind === 'kernel-route')).toHaveLength(1);
    expect(unseen).toMatchObject([{ why: expect.stringMatching(why) }]);
  });

  test('keeps what came before it was aborted', async () => {
    const host = { sections: nas, stopsAt: { section: 'kernel-counters', by: 'hang' } } as const;
    const { observations, unseen } = await ask(host, AbortSignal.timeout(20));
    expect(observations).toHaveLength(3);
    expect(unseen.map(({ why }) => why.split(':')[0])).toEqual([
      'cat /proc/net/netstat /proc/net/snmp',
      'ss -tan state syn-recv state syn-sent state listening',
    ]);
  });
});

test.each([
  { question: { flow: REPLY }, is: 'ip route get 10.0.0.197 from 10.0.0.210' },
  {
    question: { flow: { ...REPLY, sourcePort: 2049 } },
    is: 'ip route get 10.0.0.197 from 10.0.0.210 ipproto 6 sport 2049',
  },
  {
    question: { flow: { protocol: 'tcp', destination: 'x; reboot' } },
    is: "ip route get 'x; reboot'",
  },
] as const)('typedQuestion() gives $is', ({ question, is }) => {
  expect(typedQuestion(question)).toBe(is);
});
