import * as z from 'zod';
import type { TruenasFacts } from '../../model/truenas.ts';
import { Text, Texts } from './ask-api.ts';

type Of<K extends keyof TruenasFacts> =
  Extract<TruenasFacts[K], { seen: true }> extends { value: infer T } ? T : never;

/** Times come as `{"$date": milliseconds}`, and as seconds in the audit. */
const Moment = z
  .union([z.object({ $date: z.number() }), z.number(), z.string()])
  .transform((time) => {
    if (typeof time === 'number') return time < 1e11 ? time * 1000 : time;
    const unixMs = typeof time === 'string' ? Date.parse(time) : time.$date;
    return Number.isNaN(unixMs) ? 0 : unixMs;
  });

export const SystemInfo = z.object({ version: Text, hostname: Text });

export const Services = z
  .array(z.object({ service: Text, state: Text }))
  .transform(
    (all): Of<'services'> => Object.fromEntries(all.map(({ service, state }) => [service, state])),
  );

export const NfsConfig = z
  .object({ bindip: Texts.nullish() })
  .transform(({ bindip }) => bindip ?? []);

export const NfsExports = z.array(
  z
    .object({
      path: Text,
      networks: Texts.nullish(),
      hosts: Texts.nullish(),
      enabled: z.boolean(),
    })
    .transform((one): Of<'nfsExports'>[number] => ({
      ...one,
      networks: one.networks ?? [],
      hosts: one.hosts ?? [],
    })),
);

export const DockerConfig = z
  .object({
    address_pools: z.array(z.object({ base: Text, size: z.number().int() })).nullish(),
  })
  .transform((wire) => wire.address_pools ?? []);

const NEWEST = 30;

export const Alerts = z
  .array(
    z.object({
      klass: Text,
      level: Text,
      formatted: z.string().nullish(),
      datetime: Moment,
      dismissed: z.boolean().nullish(),
    }),
  )
  .transform(
    (all): Of<'alerts'> =>
      all
        .filter(({ dismissed }) => !dismissed)
        .map(({ klass, level, formatted, datetime }) => ({
          klass,
          level,
          text: Text.parse((formatted ?? '').replace(/<[^>]*>/g, ' ')),
          atUnixMs: datetime,
        }))
        .toSorted((a, b) => b.atUnixMs - a.atUnixMs)
        .slice(0, NEWEST),
  );

/** Methods that change what packets meet; the audit has many more. */
const TELLING =
  /^(?:app|chart\.release|docker|interface|network|staticroute|route|service|nfs|sharing\.nfs|tunable|system\.general|system\.reboot|system\.shutdown|initshutdownscript|cronjob|update)\./;

/**
 * Of each entry only who called which method, and the NAS's own words for it: the parameters beside
 * them may hold keys.
 */
export const Audit = z
  .array(
    z.object({
      message_timestamp: Moment,
      username: Text.nullish(),
      event_data: z.object({ method: Text.nullish(), description: Text.nullish() }).nullish(),
    }),
  )
  .transform(
    (all): Of<'changes'> =>
      all
        .map(({ message_timestamp: atUnixMs, username, event_data: data }) => ({
          atUnixMs,
          user: username ?? '',
          method: data?.method ?? '',
          what: data?.description ?? '',
        }))
        .filter(({ method }) => TELLING.test(method))
        .toSorted((a, b) => b.atUnixMs - a.atUnixMs)
        .slice(0, NEWEST),
  );

export const AUDIT_ASK = {
  services: ['MIDDLEWARE'],
  'query-filters': [['event', '=', 'METHOD_CALL']],
  'query-options': { order_by: ['-message_timestamp'], limit: 200 },
};
