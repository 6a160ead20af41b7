import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIpRoutes } from './ip-route.ts';

const IPV4 = { family: 'ipv4' } as const;

const lan = {
  table: 254,
  type: 'unicast',
  prefix: '10.0.0.0/24',
  tos: 0,
  metric: 0,
  protocol: 'kernel',
  scope: 'link',
  prefSource: '10.0.0.210',
  flags: [],
  nexthops: [{ dev: 'enp1s0', weight: 1, flags: [] }],
};

describe('readIpRoutes()', () => {
  test.each([
    {
      form: 'JSON',
      text: '[{"dst":"10.0.0.0/24","dev":"enp1s0","protocol":"kernel","scope":"link","prefsrc":"10.0.0.210","flags":[]}]',
    },
    { form: 'text', text: '10.0.0.0/24 dev enp1s0 proto kernel scope link src 10.0.0.210 \n' },
    {
      form: 'text before 4.17',
      text: '10.0.0.0/24 dev enp1s0  proto kernel  scope link  src 10.0.0.210 \n',
    },
    {
      form: 'text with -d',
      text: 'unicast 10.0.0.0/24 dev enp1s0 table main proto kernel scope link src 10.0.0.210 \n',
    },
    { form: 'text with -N', text: '10.0.0.0/24 dev enp1s0 proto 2 scope 253 src 10.0.0.210 \n' },
  ])('reads the LAN from $form', ({ text }) => {
    expect(readIpRoutes(text, IPV4)).toEqual({ value: [lan], problems: [] });
  });

  test('repairs what iproute2 printed before 5.0', () => {
    const text =
      '[{"broadcast","dst":"10.0.0.255","dev":"eth0","table":"local","protocol":"kernel","scope":"link","prefsrc":"10.0.0.210","flags":[]},{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]';
    const { value, problems } = readIpRoutes(text, IPV4);
    expect(problems).toEqual([]);
    expect(value.map(({ type, prefix, table }) => [type, prefix, table])).toEqual([
      ['broadcast', '10.0.0.255/32', 255],
      ['unicast', '0.0.0.0/0', 254],
    ]);
  });

  test('a device name with a control character does not hide the rest', () => {
    const text =
      '[{"dst":"10.1.0.0/16","dev":"a\u0007b","flags":[]},{"dst":"10.2.0.0/16","dev":"eth0","flags":[]}]';
    const { value, problems } = readIpRoutes(text, IPV4);
    expect(problems).toEqual([]);
    expect(value.map(({ nexthops }) => nexthops[0]?.dev)).toEqual(['a\u0007b', 'eth0']);
  });

  test('a lone bracket, which a missing table gives, is no empty list', () => {
    expect(readIpRoutes('[', IPV4)).toEqual({
      value: [],
      problems: [
        {
          line: 1,
          text: '[',
          why: 'the list is not finished: the table does not exist, or the output was cut',
        },
      ],
    });
    expect(readIpRoutes('[]\n', IPV4)).toEqual({ value: [], problems: [] });
    expect(readIpRoutes('[ ]', IPV4)).toEqual({ value: [], problems: [] });
    expect(readIpRoutes('', IPV4)).toEqual({ value: [], problems: [] });
  });

  test('output that was cut keeps what is whole and says so', () => {
    const { value, problems } = readIpRoutes(
      '[{"dst":"10.1.0.0/16","dev":"eth0","flags":[]},{"dst":"10.2.0',
      IPV4,
    );
    expect(value).toHaveLength(1);
    expect(problems).toMatchObject([
      { text: '{"dst":"10.2.0', why: 'this is not valid JSON, or the output was cut' },
    ]);
  });

  test('lists of a batch follow each other', () => {
    const text =
      '[{"dst":"10.1.0.0/16","dev":"eth0","flags":[]}]\n[{"dst":"10.2.0.0/16","dev":"eth0","flags":[]}]\n';
    expect(readIpRoutes(text, IPV4).value).toHaveLength(2);
  });

  test('the table that was asked for is not on the line', () => {
    const { value } = readIpRoutes('10.0.0.197 dev tailscale0 \n', { ...IPV4, table: 52 });
    expect(value[0]).toMatchObject({ table: 52, prefix: '10.0.0.197/32' });
  });

  test('the null entry of old kernels lands in table 0', () => {
    const text =
      'unreachable default dev lo  table unspec  proto kernel  metric 4294967295  error -101';
    expect(readIpRoutes(text, { family: 'ipv6' })).toMatchObject({
      value: [{ table: 0, type: 'unreachable', prefix: '::/0', metric: 4294967295 }],
      problems: [],
    });
  });

  test('words that are new are told, what is known is kept', () => {
    const { value, problems } = readIpRoutes(
      '10.0.0.0/8 frobnicate via 10.9.9.9 dev eth0 table 7 sparkle\n',
      IPV4,
    );
    expect(value).toMatchObject([{ table: 7, nexthops: [{ gateway: '10.9.9.9', dev: 'eth0' }] }]);
    expect(problems.map(({ why }) => why)).toEqual([
      'unknown word "frobnicate"',
      'unknown word "sparkle"',
    ]);
  });

  test('what is encapsulated is marked as such', () => {
    const text =
      '10.0.0.0/8  encap ip id 1 src 0.0.0.0 dst 1.2.3.4 hoplimit 0 tos 0 via 10.9.9.9 dev eth0 \n';
    expect(readIpRoutes(text, IPV4)).toMatchObject({ value: [{ flags: ['encap'] }], problems: [] });
    const json =
      '[{"dst":"10.0.0.0/8","encap":"ip","id":1,"gateway":"10.9.9.9","dev":"eth0","flags":[]}]';
    expect(readIpRoutes(json, IPV4).value[0]?.flags).toEqual(['encap']);
  });

  test('BusyBox is known by its blanks, and what it cannot show is lacking', () => {
    const text = 'default via 10.0.0.2 dev v0  src 10.0.0.211  metric 100 \n20.0.0.0/8 \n';
    const { value, problems, lacks } = readIpRoutes(text, IPV4);
    expect(value[0]).toMatchObject({ metric: 100, prefSource: '10.0.0.211' });
    expect(value[0]?.protocol).toBeUndefined();
    expect(problems).toMatchObject([{ line: 2, why: 'where this route leads is not printed' }]);
    expect(lacks?.join()).toMatch(/multipath/);
  });

  test('broken lines are told by number', () => {
    const { value, problems } = readIpRoutes(
      'banana dev eth0\n10.0.0.0/8 via 10.0.0.256 dev eth0\n10.0.0.0/33 dev eth0\n1.0.0.0/8 dev eth0 metric x\n2.0.0.0/8 dev eth0',
      IPV4,
    );
    expect(value.map(({ prefix }) => prefix)).toEqual(['2.0.0.0/8']);
    expect(problems.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });
});

describe('the quick scan of plain routes', () => {
  const address = fc.oneof(
    fc.ipV4(),
    fc.constantFrom('0.0.0.0', '255.255.255.255', '10.0.0.256', '01.2.3.4', '10.0.0', ''),
  );
  const dst = fc.oneof(
    fc.constant('default'),
    address,
    fc
      .tuple(address, fc.constantFrom('0', '8', '24', '32', '33', '08', '', 'x'))
      .map(([a, l]) => `${a}/${l}`),
  );
  const object = fc
    .record(
      {
        type: fc.constantFrom('throw', 'local', 'nonsense'),
        dst,
        gateway: address,
        via: fc.constant({ family: 'inet6', host: 'fe80::1' }),
        dev: fc.constantFrom('eth0', 'eth0.100', 'e"h', 'a\\b', ''),
        table: fc.constantFrom('52', 'main', 'vpn'),
        protocol: fc.constantFrom('kernel', '16', '201'),
        scope: fc.constantFrom('link', '253'),
        prefsrc: address,
        metric: fc.oneof(fc.nat(), fc.constantFrom(1e21, -1, 0.5)),
        flags: fc.constantFrom([], ['onlink'], ['dead', 'linkdown']),
        metrics: fc.constant([{ mtu: 1400 }]),
        surprise: fc.constantFrom(1, null, 'x'),
      },
      { requiredKeys: ['dst'] },
    )
    .map((fields) => fields as Record<string, unknown>);

  test('says the same as the careful way, which pretty-printed JSON takes', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), (objects) => {
        const quick = readIpRoutes(JSON.stringify(objects), IPV4);
        const careful = readIpRoutes(JSON.stringify(objects, null, 2), IPV4);
        expect(quick.value).toEqual(careful.value);
        expect(quick.problems.map(({ why }) => why)).toEqual(
          careful.problems.map(({ why }) => why),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
