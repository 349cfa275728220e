# The appliance's own program: says over HTTP which version it is. It ships in every release; its folder is the release.
# At each start it notes what it found in place: a release that is half another one shows there.
use strict;
use warnings;
use IO::Socket::INET;

sub text {
    my ($path) = @_;
    open(my $file, '<', $path) or return "missing";
    my $line = <$file> // "empty";
    close($file);
    $line =~ s/\s+$//;
    return $line;
}

my $version = text("answers");
my %found = map { text($_) => 1 } "version", glob("public/*.txt");
my $versions = join(" ", sort keys %found);
my ($uptime) = split(/ /, text("/proc/uptime"));
my $boot = text("/proc/sys/kernel/random/boot_id");
open(my $starts, '>>', "/var/lib/kitchen/starts") or die "no starts: $!";
print $starts "$boot $uptime $versions\n";
close($starts);

my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 5, ReuseAddr => 1)
  or die "cannot listen: $!";
while (my $client = $server->accept) {
    while (my $line = <$client>) { last if $line =~ /^\r?\n$/ }
    my $body = "{\"version\": \"$version\"}";
    print $client "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n",
      "Content-Length: ", length($body), "\r\n\r\n$body";
    close($client);
}
