# Ends a worker's builds where the worker itself can't: it hangs, and somebody else will have them soon. Hears of it on its standard input:
#   + PID   a build's first process, which leads a process group of its own
#   - PID   it has ended
#   = MS    all of them are the worker's for so many milliseconds from now
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

# A service manager signals all; it is the end of the worker that counts.
$SIG{$_} = 'IGNORE' for qw(INT TERM HUP);

my (%roots, $until);
my $heard = '';

sub end_all {
  for my $root (keys %roots) { kill 'KILL', -$root; kill 'KILL', $root }
  %roots = ();
}

while (1) {
  my $left = %roots && defined $until ? $until - clock_gettime(CLOCK_MONOTONIC) : undef;
  if (defined $left && $left <= 0) { end_all(); next }
  my $in = '';
  vec($in, 0, 1) = 1;
  my $ready = select($in, undef, undef, $left);
  next unless $ready > 0;
  if (!sysread(STDIN, $heard, 4096, length $heard)) { end_all(); exit 0 }
  while ($heard =~ s/^(.) (\d+)\n//) {
    if ($1 eq '+') { $roots{$2} = 1 }
    elsif ($1 eq '-') { delete $roots{$2} }
    else { $until = clock_gettime(CLOCK_MONOTONIC) + $2 / 1000 }
  }
}
