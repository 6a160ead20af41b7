import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// Node.js has no forkpty(). Perl and Python can make a pseudo-terminal; each program below runs its
// arguments on one, carries bytes between it and standard input and output, and takes sizes as lines
// "COLUMNS ROWS" from descriptor 3. The numbers are ioctls of Linux (asm-generic/ioctls.h):
// TIOCSPTLCK 0x40045431, TIOCGPTN 0x80045430, TIOCSCTTY 0x540E, TIOCSWINSZ 0x5414.

const PERL = String.raw`
use POSIX ();
sysopen(my $m, "/dev/ptmx", 2|0400) or die "ptmx: $!\n";
my $zero = pack("i", 0); ioctl($m, 0x40045431, $zero) or die "unlockpt: $!\n";
my $n = pack("i", 0); ioctl($m, 0x80045430, $n) or die "ptsname: $!\n";
my $slave = "/dev/pts/" . unpack("i", $n);
my $pid = fork() // die "fork: $!\n";
if ($pid == 0) {
  POSIX::setsid(); close($m);
  sysopen(my $s, $slave, 2) or die "$slave: $!\n";
  ioctl($s, 0x540E, 0);
  POSIX::dup2(fileno($s), $_) for 0, 1, 2;
  POSIX::close($_) for 3 .. 20;
  exec { $ARGV[0] } @ARGV or do { print STDERR "Failed to execute $ARGV[0]\r\n"; POSIX::_exit(1); };
}
my $sizes; open($sizes, "<&=3") or undef $sizes;
my $rest = "";
sub put { my ($to, $b) = @_; while (length $b) { my $k = syswrite($to, $b); return 0 unless defined $k; substr($b, 0, $k) = ""; } return 1; }
while (1) {
  my $r = ""; vec($r, fileno($m), 1) = 1; vec($r, 0, 1) = 1; vec($r, 3, 1) = 1 if $sizes;
  next if select($r, undef, undef, undef) < 0;
  if (vec($r, fileno($m), 1)) { my $k = sysread($m, my $b, 1024); last unless $k; put(*STDOUT, $b) or last; }
  if (vec($r, 0, 1)) { my $k = sysread(STDIN, my $b, 65536); if (!$k) { kill "HUP", -$pid; close($m); last; } put($m, $b); }
  if ($sizes && vec($r, 3, 1)) {
    my $k = sysread($sizes, my $b, 100);
    if (!$k) { undef $sizes; next; }
    $rest .= $b;
    while ($rest =~ s/^(\d+) (\d+)\n//) { my $size = pack("S4", $2, $1, 0, 0); ioctl($m, 0x5414, $size); }
  }
}
waitpid($pid, 0); exit($? >> 8);
`;

const PYTHON = String.raw`
import fcntl, os, pty, select, struct, sys, termios
pid, m = pty.fork()
if pid == 0:
    try: os.execvp(sys.argv[1], sys.argv[1:])
    except OSError: os.write(2, b"Failed to execute\r\n"); os._exit(1)
def put(fd, b):
    while b: b = b[os.write(fd, b):]
ends, rest = [0, m, 3], b""
while True:
    for fd in select.select(ends, [], [])[0]:
        try: b = os.read(fd, 65536)
        except OSError: b = b""
        if fd == m:
            if not b: sys.exit(os.waitpid(pid, 0)[1] >> 8)
            put(1, b)
        elif fd == 0:
            if not b: os.killpg(pid, 1); os.close(m); sys.exit()
            put(m, b)
        elif not b: ends.remove(3)
        else:
            *lines, rest = (rest + b).split(b"\n")
            for line in lines:
                columns, rows = map(int, line.split())
                fcntl.ioctl(m, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
`;

const HELPERS: readonly (readonly string[])[] = [
  ['perl', '-e', PERL],
  ['python3', '-c', PYTHON],
];

/**
 * The command that runs another on a terminal of its own.
 *
 * @param path Where to look, as in `PATH`.
 * @throws {Error} If the machine has neither perl nor python3.
 */
export function terminalHelper(path = process.env['PATH'] ?? ''): readonly string[] {
  const folders = path.split(delimiter);
  for (const [name = '', ...argv] of HELPERS) {
    const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
    // whole, because what it runs has another PATH than we have
    if (found !== undefined) return [found, ...argv];
  }
  throw new Error('Cannot open a terminal: this machine has neither "perl" nor "python3"');
}
