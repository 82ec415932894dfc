#!/usr/bin/perl
# A client made with Perl's Mojolicious: client.pl URL ORIGIN HEADERS, the last as JSON. See
# ../clients.mjs for what a client does.
use strict;
use warnings;
use Mojo::IOLoop;
use Mojo::IOLoop::Stream;
use Mojo::JSON qw(decode_json);
use Mojo::UserAgent;
use Mojo::Util qw(b64_decode b64_encode encode);

$| = 1;
my ($url, $origin, $headers) = @ARGV;
my $agent = Mojo::UserAgent->new(max_response_size => 0);
$agent->proxy->not(['127.0.0.1']);

sub show { print shift, b64_encode(shift, ''), "\n" }

my $request = $agent->build_websocket_tx(
    $url => {Origin => $origin, %{decode_json $headers}} => ['unknown', 'chat']);
$agent->start($request => sub {
    my ($self, $socket) = @_;
    if (!$socket->is_websocket) {
        print 'refused ', $socket->res->code // 'without an answer', "\n";
        exit 0;
    }
    my $extensions = $socket->res->headers->sec_websocket_extensions;
    print 'open ', $socket->protocol // 'none', ' ', $extensions // 'none', "\n";
    $socket->max_websocket_size(2**22);
    $socket->on(text   => sub { show('t', pop) });
    $socket->on(binary => sub { show('b', pop) });
    $socket->on(finish => sub { print "close $_[1]\n"; exit 0 });

    my $input = Mojo::IOLoop::Stream->new(\*STDIN)->timeout(0);
    my $left  = '';
    $input->on(read => sub {
        $left .= pop;
        while ($left =~ s/^(.)(.*)\n//) {
            my $bytes = b64_decode $2;
            $socket->send($1 eq 't' ? {text => $bytes} : {binary => $bytes});
        }
    });
    $input->on(close => sub { $socket->finish(4999 => 'enough') });
    $input->start;
    Mojo::IOLoop->stream($input);
});
Mojo::IOLoop->start;
