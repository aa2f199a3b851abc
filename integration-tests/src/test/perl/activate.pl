#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# activate.pl SOCKET COMMAND...: socket activation as systemd does it, sd_listen_fds(3). Holds a listening socket and
# starts the command whenever somebody has connected and it does not run: the socket is its descriptor 3, LISTEN_FDS is
# 1 and LISTEN_PID its pid. Says "started PID" and "ended STATUS", a wait status, on standard output.
use strict;
use warnings;
use Fcntl;
use IO::Handle;
use POSIX ();
use Socket;

my $path = shift;
STDOUT->autoflush(1);
umask 0177;
socket(my $listener, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, sockaddr_un($path)) or die "bind: $!";
listen($listener, 64) or die "listen: $!";
umask 022;
while (1) {
    my $ready = '';
    vec($ready, fileno($listener), 1) = 1;
    select($ready, undef, undef, undef);
    my $pid = fork;
    if (!$pid) {
        POSIX::dup2(fileno($listener), 3) if fileno($listener) != 3;
        open(my $fd3, '+<&=', 3) or die "descriptor 3: $!";
        fcntl($fd3, F_SETFD, 0) or die "fcntl: $!";
        $ENV{LISTEN_FDS} = 1;
        $ENV{LISTEN_PID} = $$;
        exec @ARGV or die "exec: $!";
    }
    print "started $pid\n";
    waitpid($pid, 0);
    print "ended $?\n";
}
