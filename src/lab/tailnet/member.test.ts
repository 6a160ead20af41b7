import { describe, expect, test } from 'vitest';
import { acceptedFrom, type Member, viewsOf } from './member.ts';

const base = { key: 'nodekey:00', tags: [], tun: true, online: true, advertises: [] };
const nas: Member = {
  ...base,
  stableId: 'nNas',
  nodeId: 2,
  hostName: 'truenas',
  addresses: ['100.68.1.2', 'fd7a:115c:a1e0::2'],
};
const router: Member = {
  ...base,
  stableId: 'nRouter',
  nodeId: 3,
  hostName: 'subnet-router',
  addresses: ['100.68.1.3'],
  advertises: ['10.0.0.197/32', '0.0.0.0/0'],
};
const standby: Member = { ...router, stableId: 'nStandby', nodeId: 4, addresses: ['100.68.1.4'] };

describe('viewsOf()', () => {
  test('gives a node its own addresses and the routes it was elected for', () => {
    const [view] = viewsOf([router]);
    expect(view?.allowedIps).toEqual(['100.68.1.3/32', '10.0.0.197/32', '0.0.0.0/0']);
    expect(view?.primaryRoutes).toEqual(['10.0.0.197/32']);
  });

  test('gives a prefix that two advertise to the first alone, and default routes to both', () => {
    const [first, second] = viewsOf([router, standby]);
    expect(first?.primaryRoutes).toEqual(['10.0.0.197/32']);
    expect(second?.allowedIps).toEqual(['100.68.1.4/32', '0.0.0.0/0']);
  });

  test.each([
    { when: 'the first is offline', online: [false, true], elected: [0, 1] },
    { when: 'both are offline', online: [false, false], elected: [1, 0] },
  ])('elects the right one when $when', ({ online, elected }) => {
    const [one = true, two = true] = online;
    const views = viewsOf([
      { ...router, online: one },
      { ...standby, online: two },
    ]);
    expect(views.map(({ primaryRoutes }) => primaryRoutes.length)).toEqual(elected);
  });
});

describe('acceptedFrom()', () => {
  const [view] = viewsOf([router]);
  test.each([
    { routes: false, exitNode: '', accepted: ['100.68.1.3/32'] },
    { routes: true, exitNode: '', accepted: ['100.68.1.3/32', '10.0.0.197/32'] },
    { routes: false, exitNode: 'nRouter', accepted: ['100.68.1.3/32', '0.0.0.0/0'] },
    { routes: false, exitNode: 'nOther', accepted: ['100.68.1.3/32'] },
  ])('with RouteAll $routes and exit node "$exitNode" takes $accepted', (row) => {
    expect(view && acceptedFrom(view, row)).toEqual(row.accepted);
  });

  test('keeps both own addresses whatever is accepted', () => {
    const [nasView] = viewsOf([nas]);
    expect(nasView && acceptedFrom(nasView, { routes: false, exitNode: '' })).toEqual([
      '100.68.1.2/32',
      'fd7a:115c:a1e0::2/128',
    ]);
  });
});
