# Listens on a port of 127.0.0.1 and passes every connection on to a unix socket; then becomes the command it is given, which may
# connect at once. Arguments: the socket · the port · the command. Perl, because its start takes half of python3's with sockets,
# and an ImageBuilder needs it anyway.
use strict;
use warnings;
use Socket;

my ($path, $port, @command) = @ARGV;
socket(my $door, PF_INET, SOCK_STREAM, 0) or die "forward: socket: $!\n";
setsockopt($door, SOL_SOCKET, SO_REUSEADDR, pack('l', 1));
bind($door, sockaddr_in($port, INADDR_LOOPBACK)) or die "forward: bind: $!\n";
listen($door, 128) or die "forward: listen: $!\n";

my $child = fork();
die "forward: fork: $!\n" if !defined $child;
if ($child != 0) {
  close $door;
  exec {$command[0]} @command or print STDERR "$command[0]: $!\n";
  exit 127;
}

# Only now, so that the command doesn't wait for them.
require Errno;
require Fcntl;
sub again { return $! == Errno::EAGAIN() || $! == Errno::EINTR() }
# From here on nobody's output: the command's pipes end with the command.
for my $stream (\*STDIN, \*STDOUT, \*STDERR) { open($stream, '+<', '/dev/null') }
$SIG{PIPE} = $SIG{TERM} = $SIG{INT} = $SIG{HUP} = 'IGNORE';

use constant CHUNK => 65536;
my %other;    # descriptor → the handle at the other end
my %handle;   # descriptor → handle
my %waiting;  # descriptor → bytes that this one hasn't taken yet
my %ended;    # descriptor → nothing more will come from it

sub add { my ($one, $two) = @_; my ($a, $b) = (fileno $one, fileno $two);
  @handle{$a, $b} = ($one, $two); @other{$a, $b} = ($two, $one); @waiting{$a, $b} = ('', ''); @ended{$a, $b} = (0, 0); }

sub drop { my ($fd) = @_; my $two = fileno $other{$fd};
  for ($fd, $two) { close $handle{$_}; delete $handle{$_}; delete $other{$_}; delete $waiting{$_}; delete $ended{$_} } }

sub flush { my ($fd) = @_;
  return 1 if $waiting{$fd} eq '';
  my $sent = syswrite $handle{$fd}, $waiting{$fd};
  if (!defined $sent) { return again() }
  substr($waiting{$fd}, 0, $sent) = '';
  return 1;
}

while (1) {
  my ($readers, $writers) = ('', '');
  vec($readers, fileno($door), 1) = 1;
  for my $fd (keys %handle) {
    vec($writers, $fd, 1) = 1 if $waiting{$fd} ne '';
    # Nothing more is read while the other end is behind.
    vec($readers, $fd, 1) = 1 if !$ended{$fd} && $waiting{fileno $other{$fd}} eq '';
  }
  next if select($readers, $writers, undef, undef) < 0;
  if (vec($readers, fileno($door), 1) && accept(my $inside, $door)) {
    socket(my $outside, PF_UNIX, SOCK_STREAM, 0) or next;
    if (connect($outside, sockaddr_un($path))) {
      fcntl($_, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK()) for $inside, $outside;
      add($inside, $outside);
    }
  }
  for my $fd (keys %handle) {
    next if !exists $handle{$fd};
    if (vec($writers, $fd, 1) && !flush($fd)) { drop($fd); next }
    next if $ended{$fd} || !vec($readers, $fd, 1);
    my $two = fileno $other{$fd};
    my $got = sysread $handle{$fd}, my $bytes, CHUNK;
    if (!defined $got) { drop($fd) if !again(); next }
    if ($got == 0) { $ended{$fd} = 1; next }
    $waiting{$two} .= $bytes;
    drop($fd) if !flush($two);
  }
  # An end is passed on once everything before it has been.
  for my $fd (keys %handle) {
    next if !exists $handle{$fd} || $ended{$fd} != 1;
    my $two = fileno $other{$fd};
    next if $waiting{$two} ne '';
    shutdown $handle{$two}, 1;
    $ended{$fd} = 2;
    drop($fd) if $ended{$two} == 2;
  }
}
