import { expect, test } from 'vitest';
import { Status } from './schema.ts';

test.each([
  { wire: '2027-01-12T18:24:07Z', unixMs: Date.UTC(2027, 0, 12, 18, 24, 7) },
  { wire: '2027-01-12T19:24:07.5+01:00', unixMs: Date.UTC(2027, 0, 12, 18, 24, 7, 500) },
  { wire: undefined, unixMs: undefined },
  { wire: null, unixMs: undefined },
  { wire: '0001-01-01T00:00:00Z', unixMs: undefined },
  { wire: 'never', unixMs: undefined },
])('Status reads a KeyExpiry of $wire as $unixMs', ({ wire, unixMs }) => {
  const status = Status.parse({
    Version: '1.102.3',
    BackendState: 'Running',
    Self: { HostName: 'truenas', KeyExpiry: wire },
  });
  expect(status.keyExpiresUnixMs).toBe(unixMs);
});
