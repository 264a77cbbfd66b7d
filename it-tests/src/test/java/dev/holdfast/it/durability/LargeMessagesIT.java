package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.tls.TestCa;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.AmqpReceiver;
import dev.holdfast.it.wire.AmqpSender;
import dev.holdfast.it.wire.LargeMessage;
import dev.holdfast.it.wire.Login;
import dev.holdfast.it.wire.Messages;
import dev.holdfast.it.wire.TlsRelay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Large messages pass through in bounded memory, and are kept or not kept as a whole. */
class LargeMessagesIT {
  private static final int MIB = 1 << 20;
  private static final int LARGE = 16 * MIB - 1024;

  private final Scratch scratch = Scratch.create();
  private final List<AmqpClient> clients = new ArrayList<>();
  private long peak;
  private int atOnce = 100;
  private Connector connector = AmqpClient::local;

  /** How the clients come to the broker. */
  private interface Connector {
    AmqpClient connect(BrokerProcess broker) throws IOException;
  }

  @AfterEach
  void clean() {
    clients.forEach(AmqpClient::abort);
    scratch.close();
  }

  private AmqpClient client(BrokerProcess broker) throws IOException {
    AmqpClient client = connector.connect(broker);
    clients.add(client);
    return client;
  }

  @Test
  void aHundredAtOnceInHalfAGigabyte() throws IOException {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch).heap(512))) {
      passAtOnce(broker);
      System.out.printf(
          "%d x 16 MiB at once, heap 512 MiB, resident at most %d MiB%n", atOnce, peak >> 20);
    }
  }

  @Test
  void manyAtOnceOverTlsAreMoreThanTheHeapToo() throws IOException {
    atOnce = 24;
    TestCa ca = TestCa.create("Holdfast test");
    TestCa.Issued issued = ca.request("localhost").dns("localhost").issue();
    issued.write(scratch.path("tls.crt"), scratch.path("tls.key"));
    BrokerOptions options =
        BrokerOptions.in(scratch)
            .heap(192)
            .with("--set", "tls.certificate=" + scratch.path("tls.crt"))
            .with("--set", "tls.private-key=" + scratch.path("tls.key"))
            .with("--set", "tls.listen=127.0.0.1:0");
    try (BrokerProcess broker = BrokerProcess.start(options);
        TlsRelay relay = new TlsRelay(issued, scratch.path(""), broker.port("amqps"))) {
      TestUser user = TestUser.chosen(broker.cli(), "large", "correct horse", "--role", "admin");
      connector =
          each ->
              AmqpClient.connect(relay.address(), new Login.Plain(user.name(), user.password()));
      passAtOnce(broker);
    }
  }

  private void passAtOnce(BrokerProcess broker) throws IOException {
    broker.api().createQueue("large");
    broker.api().createQueue("small");
    AmqpClient other = client(broker);
    AmqpSender smallOut = other.sender("small");
    AmqpReceiver smallIn = other.receiver("small");

    List<String> sums = sendAtOnce(broker, () -> pass(smallOut, smallIn));
    broker.cli().awaitMessages("large", atOnce);
    assertThat(receiveAtOnce(broker, () -> pass(smallOut, smallIn)))
        .containsExactlyInAnyOrderElementsOf(sums);

    other.until("the queue to be empty", () -> broker.cli().messages("large") == 0);
    assertThat(broker.alive()).isTrue();
    assertThat(broker.logText()).doesNotContain("OutOfMemory").doesNotContain("incident");
  }

  /** A small message beside the large ones: there and back. */
  private static void pass(AmqpSender out, AmqpReceiver in) throws IOException {
    assertThat(out.sendAndWait(Messages.text("beside"))).isInstanceOf(Accepted.class);
    in.receive(20_000).orElseThrow().accept();
  }

  private interface Beside {
    void run() throws IOException;
  }

  private List<String> sendAtOnce(BrokerProcess broker, Beside beside) throws IOException {
    int[] accepted = {0};
    List<LargeMessage.Source> sources = new ArrayList<>();
    List<AmqpClient> sending = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      AmqpClient client = client(broker);
      AmqpSender sender = client.sender("large");
      sender.onAnswer((token, state) -> accepted[0] += state instanceof Accepted ? 1 : 0);
      client.until("credit", () -> sender.credit() > 0);
      sending.add(client);
      sources.add(new LargeMessage.Source(sender, i, LARGE));
    }
    // All of them are halfway before the first one ends.
    for (int goal : new int[] {LARGE / 2, LARGE}) {
      for (boolean done = false; !done; ) {
        done = true;
        for (int i = 0; i < atOnce; i++) {
          done &= sources.get(i).send(goal);
          sending.get(i).pump(0);
        }
        beside.run();
        peak = Math.max(peak, broker.residentBytes());
      }
      if (goal < LARGE) {
        assertThat(broker.cli().messages("large")).as("visible before its end").isZero();
      }
    }
    while (accepted[0] < atOnce) {
      for (AmqpClient client : sending) {
        client.pump(1);
      }
    }
    return sources.stream().map(LargeMessage.Source::sum).toList();
  }

  private List<String> receiveAtOnce(BrokerProcess broker, Beside beside) throws IOException {
    List<AmqpClient> receiving = new ArrayList<>();
    List<LargeMessage.Sink> sinks = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      AmqpClient client = client(broker);
      AmqpReceiver receiver = client.receiver("large");
      receiver.flow(1);
      receiving.add(client);
      sinks.add(new LargeMessage.Sink(receiver));
    }
    while (sinks.stream().anyMatch(sink -> sink.sum == null)) {
      for (AmqpClient client : receiving) {
        client.pump(0);
      }
      beside.run();
      peak = Math.max(peak, broker.residentBytes());
    }
    for (int i = 0; i < atOnce; i++) {
      sinks.get(i).last.accept();
      receiving.get(i).pump(0);
    }
    return sinks.stream().map(sink -> sink.sum).toList();
  }

  @Test
  void oneThatIsLargerThanTheHeap() throws IOException {
    BrokerOptions options =
        BrokerOptions.in(scratch).heap(128).with("--set", "amqp.max-message-size=512MiB");
    try (BrokerProcess broker = BrokerProcess.start(options)) {
      broker.api().createQueue("large");
      String sum = sendOne(broker, 300 * MIB);
      assertThat(receiveOne(broker)).isEqualTo(sum);
    }
  }

  private String sendOne(BrokerProcess broker, int size) throws IOException {
    AmqpClient client = client(broker);
    AmqpSender sender = client.sender("large");
    boolean[] accepted = {false};
    sender.onAnswer((token, state) -> accepted[0] = state instanceof Accepted);
    client.until("credit", () -> sender.credit() > 0);
    LargeMessage.Source source = new LargeMessage.Source(sender, size, size);
    for (int goal = 0; !source.send(size); goal++) {
      client.pump(10);
    }
    client.until("the answer", () -> accepted[0]);
    return source.sum();
  }

  private String receiveOne(BrokerProcess broker) throws IOException {
    AmqpClient client = client(broker);
    AmqpReceiver receiver = client.receiver("large");
    LargeMessage.Sink sink = new LargeMessage.Sink(receiver);
    receiver.flow(1);
    for (long before = -1; sink.sum == null; ) {
      client.pump(100);
      assertThat(sink.sum != null || sink.bytes() >= before).isTrue();
      before = sink.bytes();
    }
    sink.last.accept();
    client.pump(0);
    return sink.sum;
  }

  @Test
  void aKillInTheMiddleLeavesNothingOfItAndAllOfTheOthers() throws IOException {
    String sum;
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("large");
      sum = sendOne(broker, LARGE);
      AmqpClient client = client(broker);
      AmqpSender sender = client.sender("large");
      client.until("credit", () -> sender.credit() > 0);
      LargeMessage.Source cut = new LargeMessage.Source(sender, 1, LARGE);
      client.until("half of it", () -> cut.send(LARGE / 2) && sender.unsent() == 0);
      long before = bytes(scratch.data());
      client.until("it to reach the disk", () -> bytes(scratch.data()) >= before || before > LARGE);
      broker.kill();
    }
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.cli().awaitMessages("large", 1);
      assertThat(receiveOne(broker)).isEqualTo(sum);
      String next = sendOne(broker, 2 * MIB);
      assertThat(receiveOne(broker)).isEqualTo(next);
      assertThat(broker.logText()).doesNotContain("corrupt");
    }
  }

  private static long bytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      return 0;
    }
  }
}
