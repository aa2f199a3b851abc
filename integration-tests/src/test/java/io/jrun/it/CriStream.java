// SPDX-License-Identifier: Apache-2.0
package io.jrun.it;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * What a kubelet streams through a URL of the CRI plugin's, by WebSocket: channels, the number of
 * which is each message's first byte. Of a process 0 is the input, 1 and 2 are the output, 3 is how
 * it ended, 4 the size of its terminal.
 */
final class CriStream implements WebSocket.Listener {
  private static final int CHANNELS = 5;

  private final ByteArrayOutputStream message = new ByteArrayOutputStream();
  private final ByteArrayOutputStream[] channels = new ByteArrayOutputStream[CHANNELS];
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final WebSocket socket;

  private CriStream(String url) throws Exception {
    Arrays.setAll(channels, i -> new ByteArrayOutputStream());
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .subprotocols("v4.channel.k8s.io")
            .buildAsync(URI.create(url.replaceFirst("^http", "ws")), this)
            .get(seconds(10), TimeUnit.SECONDS);
  }

  private static long seconds(int number) {
    return Workbench.patiently(Duration.ofSeconds(number)).toSeconds();
  }

  /** Of what was answered to a call. */
  static CriStream open(Grpc.Reply reply) throws Exception {
    return new CriStream(reply.succeeds().field("url"));
  }

  void send(int channel, String text) throws Exception {
    byte[] bytes = ("x" + text).getBytes(StandardCharsets.UTF_8);
    bytes[0] = (byte) channel;
    socket.sendBinary(ByteBuffer.wrap(bytes), true).get(seconds(10), TimeUnit.SECONDS);
  }

  /** Until the other end closes it. */
  void awaitEnd() throws Exception {
    closed.get(seconds(20), TimeUnit.SECONDS);
  }

  void close() {
    socket.abort();
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    message.writeBytes(bytes);
    if (last) {
      byte[] whole = message.toByteArray();
      message.reset();
      channels[whole[0]].write(whole, 1, whole.length - 1);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(null);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  /** What has come so far. */
  String channel(int number) {
    return channels[number].toString(StandardCharsets.UTF_8);
  }
}
