#!/usr/bin/perl
# Drives the echo server with Perl's Mojolicious.
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use File::Basename;
use Mojo::UserAgent;
use Mojo::Promise;
use Mojo::WebSocket qw(WS_TEXT WS_CONTINUATION WS_PING WS_PONG);

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;
my $patience = 20;
my $build    = $ENV{BUILD} // 'build';
my $failed   = 0;
my $url;

open(my $list, '<:encoding(UTF-8)', dirname(__FILE__) . '/messages.txt')
    or die "messages.txt: $!";
my @messages = grep {/^(text|binary) /} <$list>;
chomp @messages;

# The port may be used once this line has come.
my $pid = open(my $output, '-|', "$build/step05_echo", '--port', '0', '--quiet', '--origin',
    'https://good.example')
    or die "step05_echo cannot be started: $!";
END { kill 'KILL', $pid if $pid }
alarm 120;
($url) = (<$output> // '') =~ m{^listening on .*\((ws://\S+)\)$}
    or die "wanted the line 'listening on ...'\n";

my $agent = Mojo::UserAgent->new(max_response_size => 0, inactivity_timeout => $patience);
$agent->proxy->not(['127.0.0.1']);

sub ok {
    my ($name, $wanted, $got) = @_;
    $got //= 'nothing';
    if ($wanted eq $got) { print "ok - $name\n"; return }
    $failed++;
    print "FAIL - $name: wanted ", substr($wanted, 0, 80), ", came ", substr($got, 0, 80), "\n";
}

# Opens a connection; returns the transaction, which is no WebSocket if the server refused.
sub connected {
    my ($headers, @protocols) = @_;
    my $result;
    $agent->websocket_p($url => {Origin => 'https://good.example', %$headers} => [@protocols])
        ->then(sub { $result = shift }, sub { $result = shift })->wait;
    return $result;
}

# Waits for the next event of a connection and returns what came with it.
sub next_event {
    my ($socket, $name) = @_;
    my $promise = Mojo::Promise->new->timeout($patience => "no $name");
    $socket->once($name => sub { shift; $promise->resolve(@_) });
    my @values;
    $promise->then(sub { @values = @_ }, sub { @values = (shift) })->wait;
    return wantarray ? @values : $values[0];
}

sub echo {
    my ($socket, $message) = @_;
    $socket->send($message);
    return next_event($socket, 'binary') if ref $message;
    return decode('UTF-8', next_event($socket, 'text'));
}

# Waits for this many frames; those that come in one read are reported one after the other.
sub frames {
    my ($socket, $number) = @_;
    my $promise = Mojo::Promise->new->timeout($patience);
    my @frames;
    my $listener = $socket->on(frame => sub {
        push @frames, $_[1];
        $promise->resolve if @frames == $number;
    });
    $promise->catch(sub { })->wait;
    $socket->unsubscribe(frame => $listener);
    return map {"$_->[4] $_->[5]"} @frames;
}

sub conversation {
    my ($label, $headers, %options) = @_;
    my $socket     = connected($headers);
    my $extensions = $socket->res->headers->sec_websocket_extensions;
    ok "$label: the server picks no extension", '', $extensions // '';
    $socket->max_websocket_size(2**22);
    for my $line (@messages) {
        my ($kind, $size, $unit) = split ' ', $line;
        my $bytes   = join '', map {chr($_ % 256)} 0 .. $size - 1;
        my $message = $kind eq 'text' ? $unit x $size : $bytes;
        my $back = echo($socket, $kind eq 'text' ? $message : {binary => $message});
        ok "$label: $line", 'yes', ($back // '') eq $message ? 'yes' : 'no';
        last if $failed;    # each missing message takes the whole patience
    }

    $socket->send([0, 0, 0, 0, WS_TEXT,         'one ']);
    $socket->send([1, 0, 0, 0, WS_PING,         'between']);
    $socket->send([1, 0, 0, 0, WS_CONTINUATION, 'message']);
    my ($pong, $text) = frames($socket, 2);
    ok "$label: a Ping between fragments", WS_PONG . ' between',     $pong;
    ok "$label: fragments",                WS_TEXT . ' one message', $text;

    $socket->finish(4999 => 'enough');
    ok "$label: close 4999 comes back", 4999, next_event($socket, 'finish');
}

conversation('no extension offered', {});
conversation('compression offered', {'Sec-WebSocket-Extensions' => 'permessage-deflate'});

my $socket = connected({}, 'unknown', 'chat');
ok 'the subprotocol chat is picked from a list', 'chat', $socket->protocol;
my $refused = $agent->build_websocket_tx($url => {Origin => 'https://bad.example'});
my $status;
$agent->start_p($refused)->then(sub { $status = 101 }, sub { $status = $refused->res->code })->wait;
ok 'a foreign Origin is refused with 403', 403, $status;

kill 'TERM', $pid;
ok 'SIGTERM says 1001', 1001, next_event($socket, 'finish');
waitpid $pid, 0;
ok 'it ends with status 0', 0, $?;
undef $pid;
exit($failed ? 1 : 0);
