package dev.holdfast.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpReceiver.Received;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.Messages;
import dev.holdfast.it.wire.RawPeer;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.messaging.Accepted;

/**
 * A broker with a small heap, touched as a whole from the start, and one well-behaved client that
 * must not notice what others do to the broker.
 */
final class Victim implements AutoCloseable {
  static final String QUEUE = "bystander";
  static final int HEAP_MEGABYTES = 128;

  /** What an answer must never show: classes, stacks, paths. */
  private static final Pattern LEAK =
      Pattern.compile(
          "[a-z]+\\.[a-z]+\\.[A-Z][A-Za-z]+|Exception|\\.java|/home/|/tmp/|/var/|\\bat [a-z]+\\.|"
              + "dev\\.holdfast|org\\.apache|io\\.(netty|vertx)");

  private final Scratch scratch = Scratch.create();
  private final BrokerProcess broker;
  private final AmqpClient bystander;
  private final AmqpSender sender;
  private final AmqpReceiver receiver;
  private int sent;

  Victim() throws IOException {
    String heap = HEAP_MEGABYTES + "m";
    broker =
        BrokerProcess.start(
            BrokerOptions.in(scratch)
                .env(
                    "HOLDFAST_JAVA_OPTS", "-Xms" + heap + " -Xmx" + heap + " -XX:+AlwaysPreTouch"));
    broker.api().createQueue(QUEUE);
    broker.api().createQueue("target");
    bystander = AmqpClient.local(broker);
    sender = bystander.sender(QUEUE);
    receiver = bystander.receiver(QUEUE);
  }

  BrokerProcess broker() {
    return broker;
  }

  SocketAddress tcp() {
    return broker.ready().tcp();
  }

  SocketAddress unix() {
    return UnixDomainSocketAddress.of(broker.ready().socket());
  }

  /** The connection that was there all along still sends and receives. */
  void assertUnharmed() throws IOException {
    assertThat(broker.alive()).as("broker up; log:\n%s", broker.logText()).isTrue();
    String body = "still here " + sent++;
    assertThat(sender.sendAndWait(Messages.text(body))).isInstanceOf(Accepted.class);
    Received received =
        receiver.receive(20_000).orElseThrow(() -> new AssertionError("no " + body));
    received.accept();
    bystander.pump(0);
    assertThat(Messages.textOf(received.bytes())).isEqualTo(body);
  }

  /** Nothing the broker told this peer shows how it is built. */
  static void assertDiscreet(RawPeer peer) {
    Matcher leak = LEAK.matcher(peer.transcript());
    assertThat(leak.find())
        .as(
            "an answer shows %s",
            leak.reset().find() ? leak.group() + " in: " + peer.transcript() : "nothing")
        .isFalse();
  }

  @Override
  public void close() {
    try (scratch) {
      bystander.abort();
      broker.close();
    }
  }
}
