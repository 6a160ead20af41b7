import { createHmac, timingSafeEqual } from 'node:crypto';

/** A user of the emulated TrueNAS, with what it may do. */
export interface Account {
  readonly username: string;
  readonly uid: number;
  readonly home: string;
  /** Names of roles; `FULL_ADMIN` has every other, `READONLY_ADMIN` all that end in `_READ`. */
  readonly roles: readonly string[];
  readonly webShell: boolean;
  /** Absent: cannot log in with a password. */
  readonly password?: string;
  /** Base 32; a password log-in then asks for a one-time code. */
  readonly otpSecret?: string;
}

/** Starts with its id and a dash, by which the NAS finds it. */
export interface ApiKey {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly username: string;
  readonly expired?: boolean;
}

const ROOT: Account = {
  username: 'root',
  uid: 0,
  home: '/root',
  roles: ['FULL_ADMIN'],
  webShell: true,
};

export const ACCOUNTS: readonly Account[] = [
  ROOT,
  {
    username: 'truenas_admin',
    uid: 950,
    home: '/',
    roles: ['FULL_ADMIN'],
    webShell: true,
    password: 'lab-only-password',
  },
  {
    username: 'careful_admin',
    uid: 3001,
    home: '/',
    roles: ['FULL_ADMIN'],
    webShell: true,
    password: 'lab-only-password',
    otpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  },
  { username: 'viewer', uid: 3002, home: '/', roles: ['READONLY_ADMIN'], webShell: false },
  {
    username: 'apps_operator',
    uid: 3003,
    home: '/',
    roles: ['READONLY_ADMIN', 'APPS_WRITE'],
    webShell: false,
  },
];

/** The key that democratic-csi of the lab has. */
export const LAB_API_KEY = '1-lab-only-key-of-the-returnpath-homelab';
/** May read, and open no shell. */
export const LAB_READONLY_KEY = '2-lab-only-key-that-reads-the-homelab';
/** May read everything and change apps, and open no shell. */
export const LAB_APPS_KEY = '3-lab-only-key-that-changes-its-apps';
const LAB_EXPIRED_KEY = '4-lab-only-key-of-the-year-before-last';

export const API_KEYS: readonly ApiKey[] = [
  { id: 1, name: 'democratic-csi', key: LAB_API_KEY, username: 'truenas_admin' },
  { id: 2, name: 'dashboard', key: LAB_READONLY_KEY, username: 'viewer' },
  { id: 3, name: 'app-updater', key: LAB_APPS_KEY, username: 'apps_operator' },
  { id: 4, name: 'old', key: LAB_EXPIRED_KEY, username: 'truenas_admin', expired: true },
];

export function accountNamed(username: string): Account | undefined {
  return ACCOUNTS.find((account) => account.username === username);
}

/** Compared in constant time, as a server should. */
export function isSameSecret(given: string, known: string): boolean {
  const [a, b] = [given, known].map((text) => createHmac('sha256', 'lab').update(text).digest());
  return timingSafeEqual(a ?? Buffer.alloc(0), b ?? Buffer.alloc(1));
}

const OTP_STEP_MS = 30_000;

/** Whether a one-time code is that of now or of one step before or after (RFC 6238). */
export function isOtpOf(secret: string, code: string, atUnixMs: number): boolean {
  return [-1, 0, 1].some((step) => otpOf(secret, atUnixMs + step * OTP_STEP_MS) === code);
}

/** The six digits of a moment, with SHA-1 (RFC 6238, RFC 4226 section 5.3). */
export function otpOf(secret: string, atUnixMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atUnixMs / OTP_STEP_MS)));
  const digest = createHmac('sha1', bytesOfBase32(secret)).update(counter).digest();
  const offset = (digest[19] ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function bytesOfBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter))
    .map((value) => value.toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
