import type { Case, Cause, Verdict } from './cause.ts';
import { called } from './evidence.ts';
import { isApiAlone, judgeRefused } from './refused.ts';

/** No web server answers at the storage while its NFS server, which is in the kernel, serves. */
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
    words: ({ ports, client, listens, isElsewhere }) => ({
      because: `${called(server)} refuses its API on ${ports} while NFS on :2049 answers`,
      chain: [
        isElsewhere
          ? listens
          : `${listens}: its web server or middleware has ended, is off, or has another port; NFS is served by the kernel and goes on`,
        'its kernel answers each attempt with a reset, so packets go there and come back',
        `the driver is refused at once; volumes that exist can still be mounted on ${client}`,
      ],
      byHand: isElsewhere
        ? {
            now: `let the web server listen at ${server.address} too, or give the driver the address it has`,
            where: server.name,
          }
        : {
            now: 'systemctl status nginx middlewared; dmesg -T | grep -i -e oom -e "killed process"',
            where: server.name,
            later: 'a NAS that runs out of memory ends these first: give apps and VMs a limit',
          },
    }),
  });
}
