import type { Case, Cause, Verdict } from './cause.ts';
import { called } from './evidence.ts';
import { isApiAlone, judgeRefused } from './refused.ts';

/** The web server of the storage is gone while its NFS server, which is in the kernel, serves. */
export const storageApiRefused: Cause = {
  id: 'storage-api-refused',
  title: "The storage's API refuses while NFS serves",
  breaks: 'service',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { server } = c;
  return judgeRefused(c, {
    isIt: isApiAlone,
    otherwise: `it is not the API alone that ${server.address} refuses`,
    words: ({ ports, client }) => ({
      because: `${called(server)} refuses its API on ${ports} while NFS on :2049 answers`,
      chain: [
        `the web server or the middleware of ${server.name} has ended; NFS is served by the kernel and goes on`,
        'its kernel answers each attempt with a reset, so packets go there and come back',
        `the driver is refused at once; volumes that exist can still be mounted on ${client}`,
      ],
      byHand: {
        now: 'dmesg -T | grep -i -e oom -e "killed process"; systemctl restart nginx middlewared',
        where: server.name,
        later: 'a NAS that runs out of memory ends these first: give apps and VMs a limit',
      },
    }),
  });
}
