import type { Case, Cause, Verdict } from './cause.ts';
import { called } from './evidence.ts';
import { isApiAlone, judgeRefused } from './refused.ts';

/** Packets go both ways; the machine itself says that nothing listens. */
export const serviceRefused: Cause = {
  id: 'service-refused',
  title: 'The service refuses connections',
  breaks: 'service',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { server } = c;
  return judgeRefused(c, {
    isIt: (one) => !isApiAlone(one),
    otherwise: `${server.address} refuses its API alone`,
    words: ({ ports, rest, client, listens }) => ({
      because: `${called(server)} is reached and refuses ${ports}${rest}`,
      chain: [
        listens,
        `its kernel answers each attempt with a reset, so packets go there and come back`,
        `${client} is refused at once`,
      ],
      byHand: { now: 'start the service, or correct the address it binds to', where: server.name },
    }),
  });
}
