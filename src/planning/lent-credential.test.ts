import { expect, test } from 'vitest';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { fakeTruenasApi } from '../../test/support/fake-truenas-api.ts';
import { fakeVantage } from '../../test/support/fake-vantage.ts';
import { collectHost } from '../collect/index.ts';
import { lentCredential } from './lent-credential.ts';

test.each([
  { credentialFrom: undefined, says: [] },
  {
    credentialFrom: 'Secret democratic-csi/hdd-driver-config',
    says: [
      'acts on truenas with the credential of Secret democratic-csi/hdd-driver-config, as --use-csi-credential says',
    ],
  },
])('lentCredential() says $says of $credentialFrom', async ({ credentialFrom, says }) => {
  const truenas = { ...fakeTruenasApi(), credentialFrom };
  const { facts } = await collectHost(fakeVantage({ sections: {} }, { truenas }), {
    clock: fakeClock(),
    signal: AbortSignal.timeout(5000),
  });
  expect(lentCredential(facts)).toEqual(says);
});
