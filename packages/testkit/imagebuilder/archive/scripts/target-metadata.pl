#!/usr/bin/env perl
# What .targetinfo says of one target, as variables of make.
#   target-metadata.pl profile_mk .targetinfo ath79/generic
use strict;
use warnings;

my ($command, $file, $wanted) = @ARGV;
die "usage: $0 profile_mk FILE TARGET\n" unless defined $wanted and $command eq 'profile_mk';

open my $info, '<', $file or die "$file: $!\n";
my ($target, $default, @profiles) = ('', '');
while (my $line = <$info>) {
  chomp $line;
  my ($key, $value) = $line =~ /^([\w-]+):\s*(.*)$/ or next;
  if ($key eq 'Target') { $target = $value; next }
  next unless $target eq $wanted;
  if ($key eq 'Default-Packages') { $default = $value }
  elsif ($key eq 'Target-Profile') { push @profiles, { id => $value, Name => '', Packages => '', SupportedDevices => '', hasImageMetadata => '' } }
  elsif ($key =~ /^Target-Profile-(\w+)$/ and @profiles) { $profiles[-1]{$1} = $value }
}
close $info;

print "DEFAULT_PACKAGES := $default\n";
print 'PROFILE_NAMES := ', join(' ', map { $_->{id} } @profiles), "\n";
for my $profile (@profiles) {
  (my $name = $profile->{Name}) =~ s/([\$#])/$1 eq '$' ? '$$' : '\\#'/ge;
  print "$profile->{id}_NAME := $name\n";
  print "$profile->{id}_PACKAGES := $profile->{Packages}\n";
  print "$profile->{id}_HAS_IMAGE_METADATA := $profile->{hasImageMetadata}\n";
  print "$profile->{id}_SUPPORTED_DEVICES := $profile->{SupportedDevices}\n";
}
