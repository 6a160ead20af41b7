import { describe, expect, test } from 'vitest';
import { nasState } from '../../test/support/nas-state.ts';
import { decideInput } from './decide-input.ts';
import { decideOutput } from './decide-output.ts';
import type { OutputQuestion } from './decision.ts';
import { compileKernel } from './kernel.ts';

const ask = (question: Partial<OutputQuestion>, state = nasState()) =>
  decideOutput(compileKernel(state), {
    family: 'ipv4',
    destination: '10.0.0.197',
    asker: 'route-get',
    ...question,
  });

describe('decideOutput()', () => {
  test('sends replies into the tailnet when table 52 has the client', () => {
    const { answers, dependsOn } = ask({ asker: 'reply', source: '10.0.0.210' });
    expect(answers).toMatchObject([
      {
        is: 'route',
        table: 52,
        device: 'tailscale0',
        source: '10.0.0.210',
        rule: { priority: 5270 },
      },
    ]);
    expect(dependsOn).toEqual([]);
  });

  test('answers other LAN hosts directly', () => {
    expect(ask({ destination: '10.0.0.7' }).answers).toMatchObject([
      { table: 254, device: 'enp1s0', source: '10.0.0.210', route: { prefix: '10.0.0.0/24' } },
    ]);
  });

  test('uses the gateway for the rest', () => {
    expect(ask({ destination: '8.8.8.8' }).answers).toMatchObject([
      { table: 254, device: 'enp1s0', gateway: '10.0.0.1', source: '10.0.0.210' },
    ]);
  });

  test('passes by table 52 with the mark that tailscaled puts on its own packets', () => {
    expect(ask({ mark: 0x80000 }).answers).toMatchObject([{ table: 254, device: 'enp1s0' }]);
  });

  test('delivers its own addresses by lo', () => {
    expect(ask({ destination: '10.0.0.210' }).answers).toMatchObject([
      { type: 'local', table: 255, device: 'lo', source: '10.0.0.210' },
    ]);
  });

  test('refuses a source that is not its own', () => {
    expect(ask({ source: '10.0.0.9' }).answers).toMatchObject([
      { is: 'error', errno: 'ENETUNREACH' },
    ]);
  });

  test('follows both tries when it was not seen whether they are merged', () => {
    const state = { ...nasState(), localTable: 'unknown' as const };
    const { answers, dependsOn } = ask({}, state);
    expect(answers.map((answer) => answer.is === 'route' && answer.device)).toEqual([
      'enp1s0',
      'tailscale0',
    ]);
    expect(dependsOn).toEqual(['whether the IPv4 local and main tables are merged']);
  });
});

describe('decideInput()', () => {
  test('delivers what is for this host', () => {
    const { answers } = decideInput(compileKernel(nasState()), {
      family: 'ipv4',
      source: '10.0.0.197',
      destination: '10.0.0.210',
      iif: 'enp1s0',
    });
    expect(answers).toMatchObject([{ is: 'route', type: 'local', device: 'lo' }]);
  });

  test('drops by a strict reverse-path filter what would be answered elsewhere', () => {
    const state = nasState();
    const sysctls = { ...state.sysctls, 'net.ipv4.conf.all.rp_filter': '1' };
    const { answers } = decideInput(compileKernel({ ...state, sysctls }), {
      family: 'ipv4',
      source: '10.0.0.197',
      destination: '10.0.0.210',
      iif: 'enp1s0',
    });
    expect(answers).toMatchObject([
      { is: 'error', refusal: 'reverse-path', counter: 'TcpExt:IPReversePathFilter' },
    ]);
  });
});
