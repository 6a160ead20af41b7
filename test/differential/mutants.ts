/** A bug to be seeded: in this file, this text becomes that. */
export interface Mutant {
  readonly what: string;
  /** Below src/routing. */
  readonly file: string;
  /** Stands in the file exactly once; the run fails when it no longer does. */
  readonly find: string;
  readonly replace: string;
}

/** Bugs as one would make them; the comparison with the kernel must notice each. */
export const MUTANTS: readonly Mutant[] = [
  {
    what: 'not is ignored',
    file: 'rule-scan4.ts',
    find: 'if (matches !== ((not & bit) !== 0)) return at;',
    replace: 'if (matches) return at;',
  },
  {
    what: 'not inverts the selectors but not the destination',
    file: 'rule-scan4.ts',
    find: 'let open = held | not;',
    replace: 'let open = held ^ not;',
  },
  {
    what: 'goto acts without asking the target its selectors',
    file: 'lookup4.ts',
    find: 'rule = nextMatch4(k.scan, destination, { flowClass, rule: target });',
    replace: 'rule = target;',
  },
  {
    what: 'goto goes just one rule on',
    file: 'lookup4.ts',
    find: 'if (act === ACT.goto && target >= 0) {',
    replace: 'if (act === ACT.goto && target < 0) {',
  },
  {
    what: 'suppress_prefixlength spares its own length',
    file: 'lookup4.ts',
    find: 'if (limit >= 0 && (table.length[prefix] as number) <= limit) return true;',
    replace: 'if (limit >= 0 && (table.length[prefix] as number) < limit) return true;',
  },
  {
    what: 'error routes are suppressed too',
    file: 'lookup4.ts',
    find: 'if (error !== EAGAIN && (error !== OK || !isSuppressed(k, rule, found))) {',
    replace: 'if (error !== EAGAIN && !isSuppressed(k, rule, found)) {',
  },
  {
    what: 'suppress_ifgroup is ignored',
    file: 'lookup4.ts',
    find: 'return k.devices.list[device]?.group === group;',
    replace: 'return device < 0;',
  },
  {
    what: 'an unreachable rule answers as an unreachable route does',
    file: 'lookup4.ts',
    find: 'if (act === ACT.unreachable) return ENETUNREACH;',
    replace: 'if (act === ACT.unreachable) return EHOSTUNREACH;',
  },
  {
    what: 'the mask of a mark is ignored',
    file: 'rules.ts',
    find: '(((p.mark[at] as number) ^ key.mark) & (p.markMask[at] as number)) !== 0',
    replace: '((p.mark[at] as number) ^ key.mark) !== 0',
  },
  {
    what: 'an IPv4 tos rule looks at all six bits',
    file: 'rules.ts',
    find: "p.tosMask[at] = family === 'ipv4' ? 0x1c : 0xfc;",
    replace: 'p.tosMask[at] = 0xfc;',
  },
  {
    what: 'the last port of a range does not count',
    file: 'rules.ts',
    find: 'return port >= first && port <= (ports[offset + 1] as number);',
    replace: 'return port >= first && port < (ports[offset + 1] as number);',
  },
  {
    what: 'the last uid of a range does not count',
    file: 'rules.ts',
    find: 'key.uid <= (p.uidLast[at] as number)',
    replace: 'key.uid < (p.uidLast[at] as number)',
  },
  {
    what: 'a rule for a device that is gone matches flows without one',
    file: 'rules.ts',
    find: 'p.oif[at] = rule.oifDetached ? DETACHED : devices.idOf(rule.oif) || DETACHED;',
    replace: 'p.oif[at] = rule.oifDetached ? 0 : devices.idOf(rule.oif) || DETACHED;',
  },
  {
    what: 'the flow class forgets the mark',
    file: 'rule-scan4.ts',
    find: 'keys[at + 1] === mark &&',
    replace: '',
  },
  {
    what: 'no way back to shorter prefixes',
    file: 'lookup4.ts',
    find: 'prefix = leavesLeaf ? pastSameNetwork(table, prefix) : (table.ranges.parent[prefix] as number);',
    replace: 'prefix = -1;',
  },
  {
    what: 'a nexthop object leaves only its own prefix',
    file: 'lookup4.ts',
    find: 'while (next >= 0 && network[next] === network[prefix]) next = ranges.parent[next] as number;',
    replace: '',
  },
  {
    what: 'routes with another tos match',
    file: 'lookup4.ts',
    find: 'if (tos !== 0 && tos !== (flow.tos & 0x1c)) return false;',
    replace: '',
  },
  {
    what: 'the device asked for does not pick among nexthops',
    file: 'lookup4.ts',
    find: 'if (oif !== 0 && table.hopDevice[hop] !== oif) continue;',
    replace: '',
  },
  {
    what: 'IPv6 nexthops that are dead or to be ignored are used',
    file: 'select-route6.ts',
    find: 'if ((table.hopFlags[hop] as number) & HOP.unusable) continue;',
    replace: '',
  },
  {
    what: 'merged tries are walked like split ones',
    file: 'kernel4.ts',
    find: "if (state.localTable !== 'unknown') return state.localTable === 'merged';",
    replace: "if (state.localTable !== 'unknown') return false;",
  },
  {
    what: 'in a merged trie main goes before local',
    file: 'table4.ts',
    find: 'y.table - x.table ||',
    replace: 'x.table - y.table ||',
  },
  {
    what: 'a range ends one address early',
    file: 'ranges.ts',
    find: 'return length === 32 ? network : (network | (0xffffffff >>> length)) >>> 0;',
    replace: 'return length > 30 ? network : ((network | (0xffffffff >>> length)) >>> 0) - 1;',
  },
  {
    what: 'link-scope addresses are borrowed from other devices',
    file: 'source4.ts',
    find: 'other.scope !== SCOPE.link &&',
    replace: '',
  },
  {
    what: 'a source may have just less than the scope of its route',
    file: 'source4.ts',
    find: 'if (address.secondary || Math.min(address.scope, hostScope) > scope) continue;',
    replace:
      'if (address.secondary || Math.min(address.scope, hostScope) >= scope + 1) continue; else if (address.scope === scope && scope > 0) continue;',
  },
  {
    what: 'the gateway has no say in the source',
    file: 'source4.ts',
    find: 'if (gateway === 0 || ((gateway ^ address.peer) & address.mask) === 0) return address.local;',
    replace: 'return address.local;',
  },
  {
    what: 'bound to a device, a missing route is an error',
    file: 'output4.ts',
    find: 'return assumeOnLink(k, flow, out);',
    replace: 'return error;',
  },
  {
    what: 'any source is accepted',
    file: 'output4.ts',
    find: 'if (owner === NO_DEVICE) return ENETUNREACH;',
    replace: '',
  },
  {
    what: 'loopback sources leave by other devices',
    file: 'output4.ts',
    find: "if (k.setting(out.device, 'route_localnet') !== 1) return EINVAL;",
    replace: '',
  },
  {
    what: 'the loose reverse-path filter is as strict as the strict one',
    file: 'reverse-path4.ts',
    find: 'return filter === 1 ? EXDEV : OK;',
    replace: 'return filter !== 0 ? EXDEV : OK;',
  },
  {
    what: 'conf.all.rp_filter does not count',
    file: 'sysctl.ts',
    find: "rp_filter: 'max',",
    replace: "rp_filter: 'device',",
  },
  {
    what: 'the reverse-path filter looks at the first nexthop alone',
    file: 'reverse-path4.ts',
    find: 'const end = first + (table.hopCount[row] as number);',
    replace: 'const end = first + 1;',
  },
  {
    what: 'accept_local is ignored on the way back',
    file: 'reverse-path4.ts',
    find: "if (type !== TYPE.unicast && !(local && k.setting(iif, 'accept_local') === 1)) return EINVAL;",
    replace: 'if (type !== TYPE.unicast) return EINVAL;',
  },
  {
    what: 'the mark counts on the way back without src_valid_mark',
    file: 'reverse-path4.ts',
    find: "mark: k.setting(flow.iif, 'src_valid_mark') === 1 ? flow.mark : 0,",
    replace: 'mark: flow.mark,',
  },
  {
    what: 'the way back of transit packets comes from the host',
    file: 'reverse-path4.ts',
    find: 'iif: out === NO_DEVICE ? LOOPBACK : out,',
    replace: 'iif: LOOPBACK,',
  },
  {
    what: 'ports are not swapped on the way back',
    file: 'reverse-path4.ts',
    find: 'sourcePort: flow.destinationPort,',
    replace: 'sourcePort: flow.sourcePort,',
  },
  {
    what: 'a host that does not forward says there is no route',
    file: 'input4.ts',
    find: 'if (!forwards(k, iif, choices)) return notForwarding(input);\n  const named',
    replace: 'const named',
  },
  {
    what: 'an IPv6 from rule matches flows without a source',
    file: 'lookup6.ts',
    find: '(flow.hasSource && holds(flow.source, rules.from, rules.fromMask, rule))',
    replace: '(!flow.hasSource || holds(flow.source, rules.from, rules.fromMask, rule))',
  },
  {
    what: 'source-specific routes do not hide their plain sibling',
    file: 'lookup6.ts',
    find: 'if (plain && specific && leaves.length === 0 && table.length[prefix] !== 0) continue;',
    replace: '',
  },
  {
    what: 'all metrics of an IPv6 prefix compete at once',
    file: 'select-route6.ts',
    find: 'while (next < end && metric[next] === metric[first]) next++;',
    replace: 'while (next < end) next++;',
  },
  {
    what: 'router preference is ignored',
    file: 'select-route6.ts',
    find: 'return (suits ? 2 : 0) | ((table.preference[row] as number) << 2);',
    replace: 'return suits ? 2 : 0;',
  },
  {
    what: 'silent routers are used',
    file: 'select-route6.ts',
    find: 'if (reachable && hasGateway && isFailed(neighbourState6(k, table, hop))) return -1;',
    replace: '',
  },
  {
    what: 'an IPv6 device asked for is only preferred',
    file: 'output6.ts',
    find: '(device !== 0 && !flow.hasSource);',
    replace: 'false;',
  },
  {
    what: 'deprecated addresses are as good as others',
    file: 'source6.ts',
    find: "if (address.flags.has('deprecated')) return true;",
    replace: '',
  },
  {
    what: 'the outgoing device does not matter for the IPv6 source',
    file: 'source6.ts',
    find: '({ device }, { owner }) => Number(device === 0 || device === owner.id),',
    replace: '() => 0,',
  },
  {
    what: 'labels of RFC 6724 are ignored',
    file: 'source6.ts',
    find: '({ label }, { address, kind }) => Number(labelOf(address.words, kind) === label),',
    replace: '() => 0,',
  },
  {
    what: 'a common prefix counts beyond the prefix of the address',
    file: 'source6.ts',
    find: 'Math.min(commonBits(address.words, destination), address.prefixLength),',
    replace: 'commonBits(address.words, destination),',
  },
  {
    what: 'of equal sources the last is taken',
    file: 'source6.ts',
    find: 'if (difference !== 0) return difference > 0;\n  }\n  return false;',
    replace: 'if (difference !== 0) return difference > 0;\n  }\n  return true;',
  },
];
