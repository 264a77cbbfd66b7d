package dev.holdfast.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.deadletter.RetryPolicy;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Idempotency keys over the API. */
class IdempotencyApiTest {
  private static final String API = "/api/v1/idempotency";
  private static final Principal ADMIN = new Principal("uid:0", Set.of(Principal.ADMIN));

  @TempDir Path directory;
  private ManagementRig rig;
  private HttpOverUnix http;
  private NodeAdmin nodes;

  @BeforeEach
  void start() throws Exception {
    rig = new ManagementRig(directory);
    http = rig.http;
    nodes = rig.owner.admin();
    get(nodes.createQueue(ADMIN, new QueueDefinition("q", 1 << 20, RetryPolicy.of(3))));
  }

  @AfterEach
  void stop() throws Exception {
    rig.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private NodeAdmin.Published send() throws Exception {
    Marks marks = new Marks(null, 0, 0, "a/b +", null, 7);
    return get(
        nodes.publish(
            ADMIN, "q", new IncomingMessage(true, (byte) 4, -1, 0, 0, new byte[10], marks)));
  }

  @Test
  void keysAreShownAndForgotten() throws Exception {
    send();
    assertThat(send().duplicate()).isTrue();
    String key = API + "/q/a%2Fb%20%2B";
    assertThat(http.call("GET", key, "").body().path("sequence").asInt()).isEqualTo(1);
    assertThat(http.call("GET", API, "").body().path("keys").asInt()).isOne();
    assertThat(http.call("DELETE", key, "").body().path("key").asText()).isEqualTo("a/b +");
    assertThat(http.call("GET", key, "").code()).isEqualTo("not-found");
    assertThat(http.call("DELETE", key, "").code()).isEqualTo("not-found");
    assertThat(http.call("GET", API + "/unknown/k", "").code()).isEqualTo("not-found");
    assertThat(send().duplicate()).isFalse();
  }
}
