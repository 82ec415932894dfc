# An echo server with em-websocket, written as its documentation begins: echo.rb PORT.
require 'em-websocket'

EM.run do
  EM::WebSocket.run(host: '127.0.0.1', port: ARGV[0].to_i) do |socket|
    socket.onmessage { |text| socket.send text }
    socket.onbinary { |bytes| socket.send_binary bytes }
    socket.onerror { |_| nil }
  end
end
