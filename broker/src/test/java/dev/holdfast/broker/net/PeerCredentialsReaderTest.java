package dev.holdfast.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.identity.PeerCredentials;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerCredentialsReaderTest {

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tellsTheUserAtTheOtherEnd(boolean epoll) throws Exception {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(epoll));
    try {
      assertThat(vertx.isNativeTransportEnabled()).isEqualTo(epoll);
      CompletableFuture<Optional<PeerCredentials>> seen = new CompletableFuture<>();
      SocketAddress path = SocketAddress.domainSocketAddress(temp.resolve("s").toString());
      vertx
          .createNetServer()
          .connectHandler(
              s ->
                  seen.complete(
                      PeerCredentialsReader.read(
                          ((NetSocketInternal) s).channelHandlerContext().channel())))
          .listen(path)
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      vertx
          .createNetClient()
          .connect(path)
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      PeerCredentials got = seen.get(10, TimeUnit.SECONDS).orElseThrow();
      long uid = ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
      assertThat(got.uid()).isEqualTo(uid);
      assertThat(got.pid()).isEqualTo(epoll ? ProcessHandle.current().pid() : -1);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void knowsNobodyWhereTheKernelCannotVouch() {
    assertThat(PeerCredentialsReader.vouched(65_534, 1, 1)).isEmpty();
    assertThat(PeerCredentialsReader.vouched(-1, 1, 1)).isEmpty();
    assertThat(PeerCredentialsReader.vouched(0xFFFF_FFFFL, 1, 1)).isEmpty();
    assertThat(PeerCredentialsReader.vouched(0, 0, 1)).isPresent();
    assertThat(PeerCredentialsReader.read(new EmbeddedChannel())).isEmpty();
  }

  @Test
  void findsNumbersByName() throws Exception {
    Path file =
        Files.writeString(temp.resolve("passwd"), "root:x:0:0::/:\nbad line\nann:x:1001:7:\n");
    AccountFile accounts = new AccountFile(file);
    assertThat(accounts.idOf("ann")).hasValue(1001);
    assertThat(accounts.idOf("1234")).hasValue(1234);
    assertThat(accounts.idOf("bob")).isEmpty();
  }
}
