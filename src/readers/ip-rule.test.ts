import { describe, expect, test } from 'vitest';
import { readIpRules } from './ip-rule.ts';
import { readNames } from './names.ts';

const IPV4 = { family: 'ipv4' } as const;

describe('readIpRules()', () => {
  test.each([
    {
      form: 'JSON',
      text: '[{"priority":5250,"src":"all","fwmark":"0x80000","fwmask":"0xff0000","action":"unreachable"}]',
    },
    {
      form: 'JSON before 5.0',
      text: '[{"priority":5250,"src":"all","fwmark":"0x80000","fwmask":"0xff0000","to_tbl":"unreachable"}]',
    },
    {
      form: 'JSON with -N',
      text: '[{"priority":5250,"src":"all","fwmark":"0x80000","fwmask":"0xff0000","action":"7"}]',
    },
    { form: 'text', text: '5250:\tfrom all fwmark 0x80000/0xff0000 unreachable\n' },
    { form: 'text with -N', text: '5250:\tfrom all fwmark 0x80000/0xff0000 7\n' },
    {
      form: 'BusyBox',
      text: '5250:\tfrom all fwmark 0x80000/0xff0000 lookup unspec unreachable\n',
    },
  ])('reads the same mark rule from $form', ({ text }) => {
    const { value, problems } = readIpRules(text, IPV4);
    expect(problems).toEqual([]);
    expect(value).toEqual([
      {
        priority: 5250,
        fwmark: { value: 0x80000, mask: 0xff0000 },
        action: { kind: 'unreachable' },
      },
    ]);
  });

  test('reads selectors of newer releases in both forms', () => {
    const json =
      '[{"priority":1,"src":"all","table":"400","dscp":"16","dscp_mask":"0x30"},{"priority":2,"src":"all","sport":80,"sport_mask":"0xf0","table":"main"}]';
    const text = '1:\tfrom all lookup 400 dscp 0x10/0x30\n2:\tfrom all sport 80/0xf0 lookup main\n';
    const expected = [
      { priority: 1, dscp: { value: 16, mask: 0x30 }, action: { kind: 'lookup', table: 400 } },
      {
        priority: 2,
        sport: { first: 80, last: 80, mask: 0xf0 },
        action: { kind: 'lookup', table: 254 },
      },
    ];
    expect(readIpRules(json, IPV4).value).toEqual(expected);
    expect(readIpRules(text, IPV4).value).toEqual(expected);
    expect(readIpRules('3:\tfrom all dscp AF42 lookup 7', IPV4).value[0]?.dscp).toEqual({
      value: 36,
    });
  });

  test('a prefix of zeros that `ip` prints as 0 is one', () => {
    expect(
      readIpRules('[{"priority":1,"src":"0","srclen":4,"table":"52"}]', IPV4).value[0]?.from,
    ).toBe('0.0.0.0/4');
    expect(readIpRules('1: from 0/4 lookup 52', { family: 'ipv6' }).value[0]?.from).toBe('::/4');
  });

  test('a table by a name that only the host knows is a problem, not a guess', () => {
    const text = '100:\tfrom all lookup vpn\n';
    expect(readIpRules(text, IPV4)).toEqual({
      value: [],
      problems: [
        {
          line: 1,
          text: '100:\tfrom all lookup vpn',
          why: 'table "vpn" has no known number: its rt_tables is needed',
        },
      ],
    });
    const names = { tables: readNames('# reserved\n42\tvpn\n').value };
    expect(readIpRules(text, { ...IPV4, names }).value[0]?.action).toEqual({
      kind: 'lookup',
      table: 42,
    });
  });

  test('BusyBox: a goto without its target is left out, what it never shows is lacking', () => {
    const text =
      '20:\tfrom all lookup unspec local\n30:\tfrom all lookup unspec broadcast\n1000:\tfrom all lookup unspec \n';
    const { value, problems, lacks } = readIpRules(text, IPV4);
    expect(value).toEqual([
      { priority: 30, action: { kind: 'nop' } },
      { priority: 1000, action: { kind: 'l3mdev' } },
    ]);
    expect(problems).toMatchObject([
      { line: 1, why: 'BusyBox does not print where this "goto" leads' },
    ]);
    expect(lacks?.join()).toMatch(/`not`/);
    expect(
      readIpRules('0: from all lookup local', { ...IPV4, tool: 'busybox' }).lacks,
    ).toHaveLength(1);
    expect(readIpRules('0: from all lookup local', IPV4).lacks).toBeUndefined();
  });

  test('broken lines are told by number, the others are read', () => {
    const text =
      '0:\tfrom all lookup local\nbanana\n5:\tfrom all frobnicate 7 lookup main\n6:\tfrom 1.2.3 lookup main\n7:\tfrom all\n32766:\tfrom all lookup main\n';
    const { value, problems } = readIpRules(text, IPV4);
    expect(value.map(({ priority }) => priority)).toEqual([0, 6, 32766]);
    expect(problems.map(({ line, why }) => [line, why])).toEqual([
      [2, 'expected "PRIORITY: …"'],
      [3, 'unknown word "frobnicate"'],
      [5, 'no action'],
    ]);
  });

  test('pretty JSON tells the line of the object that is wrong', () => {
    const text =
      '[ {\n  "priority": 0,\n  "src": "all",\n  "table": "local"\n },{\n  "priority": 9,\n  "src": "nonsense",\n  "table": "main"\n } ]';
    const { value, problems } = readIpRules(text, IPV4);
    expect(value).toHaveLength(1);
    expect(problems).toMatchObject([{ line: 5, why: 'unreadable "from"' }]);
  });
});
