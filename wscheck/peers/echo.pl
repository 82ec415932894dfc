# An echo server with Mojolicious::Lite, written as its tutorial begins, with compression: echo.pl
# PORT.
use Mojolicious::Lite -signatures;

app->log->level('fatal');
websocket '/' => sub ($c) {
    $c->inactivity_timeout(300);
    $c->tx->with_compression;
    $c->on(text   => sub ($c, $bytes) { $c->send({ text   => $bytes }) });
    $c->on(binary => sub ($c, $bytes) { $c->send({ binary => $bytes }) });
};
app->start('daemon', '-l', "http://127.0.0.1:$ARGV[0]");
