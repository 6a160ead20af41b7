import { describe, expect, test } from 'vitest';
import { type HostText, hostOf } from '../../test/support/host-text.ts';
import { decideInput } from './decide-input.ts';
import type { Answer, InputQuestion } from './decision.ts';
import { compileKernel } from './kernel.ts';

const addresses = `
  eth0 10.0.0.2/24
  eth1 10.1.0.2/24`;
const routes = `
  default via 10.0.0.1 dev eth0
  10.0.0.0/24 dev eth0 scope link
  10.1.0.0/24 dev eth1 scope link
  local 10.0.0.2 dev eth0 table local scope host proto kernel src 10.0.0.2
  local 10.1.0.2 dev eth1 table local scope host proto kernel src 10.1.0.2
  broadcast 10.0.0.255 dev eth0 table local scope link proto kernel src 10.0.0.2`;

function ask(text: HostText, question: Partial<InputQuestion>): readonly string[] {
  const kernel = compileKernel(hostOf('ipv4', { routes, addresses, ...text }));
  const { answers } = decideInput(kernel, {
    family: 'ipv4',
    source: '10.0.0.7',
    destination: '10.0.0.2',
    iif: 'eth0',
    ...question,
  });
  return answers.map(say);
}

function say(answer: Answer): string {
  if (answer.is === 'route') return `${answer.type} ${answer.device}`;
  return [answer.refusal, answer.counter].filter(Boolean).join(' ');
}

const strict = { 'net.ipv4.conf.all.rp_filter': '1' };
const loose = { ...strict, 'net.ipv4.conf.eth1.rp_filter': '2' };
/** What is marked goes back by the other leg. */
const byMark = {
  rules: '10: from all fwmark 0x1 lookup 100',
  routes: `${routes}\n10.0.0.0/24 dev eth1 table 100`,
};
const asymmetric = { iif: 'eth1', source: '10.0.0.7' };

describe('decideInput()', () => {
  test.each<{ why: string; text?: HostText; question: Partial<InputQuestion>; is: string }>([
    { why: 'delivers what is for it', question: {}, is: 'local lo' },
    { why: 'forwards the rest', question: { destination: '10.1.0.9' }, is: 'unicast eth1' },
    { why: 'takes broadcasts', question: { destination: '10.0.0.255' }, is: 'broadcast lo' },
    {
      why: 'takes what comes the other way round without a filter',
      question: asymmetric,
      is: 'local lo',
    },
    {
      why: 'drops it by the strict filter',
      text: { sysctls: strict },
      question: asymmetric,
      is: 'reverse-path TcpExt:IPReversePathFilter',
    },
    {
      why: 'takes the greater of all and device, and loose is greater than strict',
      text: { sysctls: loose },
      question: asymmetric,
      is: 'local lo',
    },
    {
      why: 'refuses its own address as a source, filter or not',
      question: { source: '10.1.0.2' },
      is: 'martian-source',
    },
    {
      why: 'accepts that with accept_local',
      text: { sysctls: { 'net.ipv4.conf.eth0.accept_local': '1' } },
      question: { source: '10.1.0.2' },
      is: 'local lo',
    },
    { why: 'refuses 127/8', question: { source: '127.0.0.1' }, is: 'martian-source' },
    { why: 'refuses multicast sources', question: { source: '224.0.0.1' }, is: 'martian-source' },
    {
      why: 'does not forward unless told to',
      text: { sysctls: { 'net.ipv4.conf.eth0.forwarding': '0' } },
      question: { destination: '10.1.0.9' },
      is: 'not-forwarding Ip:InAddrErrors',
    },
    {
      why: 'tells a missing route',
      text: { routes: 'local 10.0.0.2 dev eth0 table local scope host proto kernel' },
      question: { destination: '9.9.9.9' },
      is: 'no-route IpExt:InNoRoutes',
    },
    {
      why: 'tells a route that refuses',
      text: { routes: `${routes}\nprohibit 9.0.0.0/8` },
      question: { destination: '9.9.9.9' },
      is: 'error-route',
    },
    {
      why: 'leaves the mark out of the way back',
      text: { ...byMark, sysctls: strict },
      question: { mark: 1 },
      is: 'local lo',
    },
    {
      why: 'looks at it with src_valid_mark',
      text: { ...byMark, sysctls: { ...strict, 'net.ipv4.conf.eth0.src_valid_mark': '1' } },
      question: { mark: 1 },
      is: 'reverse-path TcpExt:IPReversePathFilter',
    },
  ])('$why', ({ text = {}, question, is }) => {
    expect(ask(text, question)).toEqual([is]);
  });

  test('says both when it was not seen whether the host forwards', () => {
    const sysctls = { 'net.ipv4.conf.eth0.forwarding': '' };
    expect(ask({ sysctls }, { destination: '10.1.0.9' })).toEqual([
      'not-forwarding Ip:InAddrErrors',
      'unicast eth1',
    ]);
  });

  test('names the group membership that decides about multicast', () => {
    const kernel = compileKernel(hostOf('ipv4', { routes, addresses }));
    const { dependsOn } = decideInput(kernel, {
      family: 'ipv4',
      source: '10.0.0.7',
      destination: '239.1.2.3',
      iif: 'eth0',
    });
    expect(dependsOn).toEqual(['whether eth0 has joined the multicast group']);
  });

  test('forwards IPv6 packets only where net.ipv6.conf.all.forwarding says so', () => {
    const text = { routes: 'default via fe80::1 dev eth1 metric 1024' };
    const question = {
      family: 'ipv6',
      source: 'fd00::1',
      destination: '2a05::1',
      iif: 'eth0',
    } as const;
    const gated = decideInput(compileKernel(hostOf('ipv6', text)), question);
    expect(gated.answers).toMatchObject([{ is: 'error', refusal: 'not-forwarding' }]);
    const asked = { ...question, asker: 'route-get' } as const;
    const shown = decideInput(compileKernel(hostOf('ipv6', text)), asked);
    expect(shown.answers).toMatchObject([{ is: 'route', device: 'eth1' }]);
  });
});
