import { expect, test } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { resolveOnHost } from '../../src/session/resolve-on-host.ts';

const { signal } = new AbortController();
const asked: string[] = [];

function hostSaying(answer: string | Error): Vantage {
  return {
    url: 'pod://a/b',
    hostId: 'talos-1',
    addresses: [],
    sh(script) {
      asked.push(script);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ stdout: answer, stderr: '', exitCode: 0, truncated: false });
    },
    close: () => Promise.resolve(),
  };
}

test.each([
  {
    when: 'the host finds both families',
    answer: '10.0.0.210      STREAM nas.lan\n10.0.0.210      DGRAM\nfd00:10::210    STREAM\n',
    is: ['10.0.0.210', 'fd00:10::210'],
  },
  { when: 'the host finds none', answer: '', is: [] },
  {
    when: 'the host cannot be asked',
    answer: new OutsideError({ doing: 'look', found: 'not allowed' }),
    is: [],
  },
])('resolveOnHost() gives $is when $when', async ({ answer, is }) => {
  expect(await resolveOnHost(hostSaying(answer), 'nas.lan', signal)).toEqual(is);
});

test.each(['nas; rm -rf /', '-x', '$(id)', ''])(
  'resolveOnHost() asks nobody for "%s"',
  async (name) => {
    asked.length = 0;
    expect(await resolveOnHost(hostSaying('10.0.0.1 STREAM'), name, signal)).toEqual([]);
    expect(asked).toEqual([]);
  },
);
