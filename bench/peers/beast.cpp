// Boost.Beast as an echo server for the bench: a thread per connection and blocking calls, like its
// synchronous example; no compression, one frame per message, TCP_NODELAY, large buffers.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <iostream>
#include <sys/resource.h>
#include <thread>

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using tcp = boost::asio::ip::tcp;

static const std::size_t buffer_size = 128 * 1024, message_max = 64 << 20;

static void serve(tcp::socket socket) {
    beast::error_code error;
    socket.set_option(tcp::no_delay(true), error);
    websocket::stream<tcp::socket> stream(std::move(socket));
    stream.read_message_max(message_max);
    stream.write_buffer_bytes(buffer_size);
    stream.auto_fragment(false);
    stream.accept(error);
    beast::flat_buffer buffer;
    buffer.reserve(buffer_size);
    while (!error) {
        stream.read(buffer, error);
        if (!error) {
            stream.text(stream.got_text());
            stream.write(buffer.data(), error);
            buffer.consume(buffer.size());
        }
    }
}

int main() {
    rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    boost::asio::io_context context(1);
    tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    acceptor.listen(1024);
    std::cout << "listening on ws://127.0.0.1:" << acceptor.local_endpoint().port() << "/"
              << std::endl;
    for (;;) {
        beast::error_code error;
        tcp::socket socket(context);
        acceptor.accept(socket, error);
        if (!error) {
            std::thread(serve, std::move(socket)).detach();
        }
    }
}
