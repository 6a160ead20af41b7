import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixCase } from '../../test/support/fix-case.ts';
import { Snapshot } from '../model/snapshot.ts';
import { pinLan } from './pin-lan.ts';

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('test/scenarios/accept-routes.snapshot.json', 'utf8')),
);

const STEM = 'returnpath-pin-lan-10-0-0-0-24-2500';

describe('the scripts of the pin', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync('/tmp/rp-pin-');
    mkdirSync(join(folder, 'etc'));
    mkdirSync(join(folder, 'run'));
    mkdirSync(join(folder, 'bin'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program on the host. */
  function program(name: string, script: string): void {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Runs it on a host whose files of systemd lie in the folder. */
  function sh(script: string): string {
    const moved = script
      .replaceAll('/etc/systemd/', join(folder, 'etc/'))
      .replaceAll('/run/systemd/system', join(folder, 'run'));
    const PATH = `${folder}/bin:${process.env['PATH']}`;
    const { stdout, status } = spawnSync('sh', ['-c', moved], {
      encoding: 'utf8',
      env: { ...process.env, PATH },
    });
    return status === 0 ? stdout.trim() : `failed${stdout.trim()}`;
  }

  /** Files that lie in /etc/systemd. */
  const kept = () =>
    readdirSync(join(folder, 'etc'), { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);

  function scripts(id: string, tool = 'systemctl') {
    const nas = RECORDED.hosts[RECORDED.question.to];
    if (!nas) throw new Error('Cannot find the NAS');
    const tools = { seen: true, value: { [tool]: '' }, from: 'x', readAtUnixMs: 0 } as const;
    const made = pinLan.plan(fixCase({ ...nas, tools }, 'ssh://nas', 20));
    const steps = made.is === 'possible' ? made.steps : [];
    const change = steps.find((step) => step.id === id)?.change;
    if (change?.kind !== 'shell') throw new Error(`Cannot find ${id}`);
    return change;
  }

  test.each([
    { is: 'absent', when: 'there is none', rule: '5270:\tfrom all lookup 52' },
    {
      is: 'ours',
      when: 'ours is there',
      rule: '2500:\tfrom all to 10.0.0.0/24 lookup main proto 201',
    },
    {
      is: 'foreign',
      when: 'the same has another mark',
      rule: '2500:\tfrom all to 10.0.0.0/24 lookup main proto static',
    },
    {
      is: 'foreign',
      when: 'the same has no mark',
      rule: '2500:\tfrom all to 10.0.0.0/24 lookup main ',
    },
    {
      is: 'absent',
      when: 'its number only ends the same',
      rule: '12500:\tfrom all to 10.0.0.0/24 lookup main',
    },
    {
      is: 'absent',
      when: 'another is stricter',
      rule: '2500:\tfrom all to 10.0.0.0/24 lookup main suppress_prefixlength 24',
    },
  ])('read $is when $when', ({ is, rule }) => {
    program('ip', `printf '%s\\n' '0:\tfrom all lookup local' '${rule}'`);
    expect(sh(scripts('pin-lan-10-0-0-0-24').reads)).toBe(is);
  });

  test('do not read "absent" where rules cannot be read', () => {
    program('ip', 'exit 2');
    expect(sh(scripts('pin-lan-10-0-0-0-24').reads)).toBe('failed');
  });

  test('make a unit that starts at boot, or none, and take it out whole', () => {
    const { reads, does, undoes } = scripts('pin-lan-10-0-0-0-24-lasts');
    program('systemctl', ':');
    expect(sh(reads)).toBe('absent');
    expect(sh(does)).toBe('');
    expect(sh(reads)).toBe('present');
    rmSync(join(folder, 'etc/system/multi-user.target.wants', `${STEM}.service`));
    expect(sh(reads)).toBe('disabled');
    sh(does);
    writeFileSync(join(folder, 'etc/networkd.conf.d', `${STEM}.conf`), '[Network]\n');
    expect(sh(reads)).toBe('different');
    sh(does);
    expect(sh(undoes)).toBe('');
    expect(sh(reads)).toBe('absent');
    expect(kept()).toEqual([]);
  });

  test('leave nothing of a unit that could not be made', () => {
    const { reads, does } = scripts('pin-lan-10-0-0-0-24-lasts');
    program('mv', 'exit 1');
    expect(sh(does)).toBe('failed');
    expect(sh(reads)).toBe('absent');
    expect(kept()).toEqual([]);
  });

  describe('that midclt keeps', () => {
    const ours = () => {
      const { reads, does, undoes } = scripts('pin-lan-10-0-0-0-24-lasts', 'midclt');
      const [, made = ''] = /create '(.*)' >/.exec(does) ?? [];
      return { reads, undoes, script: { id: 7, enabled: true, ...JSON.parse(made) } };
    };

    test.each([
      { is: 'absent', when: 'there is none', scripts: [] },
      { is: 'present', when: 'ours is there', scripts: [{}] },
      { is: 'different', when: 'it is switched off', scripts: [{ enabled: false }] },
      { is: 'different', when: 'somebody has edited it', scripts: [{ command: 'true' }] },
      { is: 'different', when: 'it runs at another time', scripts: [{ when: 'SHUTDOWN' }] },
      { is: 'different', when: 'there is a second one', scripts: [{}, { id: 8 }] },
    ])('are $is when $when, and only ours is deleted', ({ is, scripts: found }) => {
      const { reads, undoes, script } = ours();
      const list = JSON.stringify(found.map((change) => ({ ...script, ...change })));
      program(
        'midclt',
        `case $2 in *query) echo '${list}';; *delete) echo "$3" >>${folder}/deleted;; esac`,
      );
      expect(sh(reads)).toBe(is);
      expect(sh(undoes)).toBe(is === 'present' ? '' : 'failed');
      const deleted = readdirSync(folder).includes('deleted')
        ? readFileSync(join(folder, 'deleted'), 'utf8')
        : '';
      expect(deleted).toBe(is === 'present' ? '7\n' : '');
    });

    test('are not "absent" where they cannot be read', () => {
      program('midclt', 'exit 1');
      expect(sh(ours().reads)).toBe('failed');
    });
  });
});
