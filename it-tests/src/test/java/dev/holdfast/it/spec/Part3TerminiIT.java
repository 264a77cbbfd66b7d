package dev.holdfast.it.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.notNullValue;

import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.qpid.protonj2.test.driver.actions.AttachInjectAction.SourceBuilder;
import org.apache.qpid.protonj2.test.driver.codec.messaging.Source;
import org.junit.jupiter.api.Test;

/** Part 3, section 5: how long termini and dynamic nodes live, and topics as sources. */
class Part3TerminiIT {

  /** Attaches a receiver to a dynamic source; the broker's source. */
  private static Source dynamic(Peer peer, int handle, Consumer<SourceBuilder> lifetime) {
    AtomicReference<Source> source = new AtomicReference<>();
    peer.attachedReceiver(handle)
        .withSource(notNullValue())
        .withCapture(attach -> source.set(attach.getSource()));
    SourceBuilder asked =
        peer.script
            .remoteAttach()
            .ofReceiver()
            .withName(Peer.unique("dynamic"))
            .withHandle(handle)
            .withTarget()
            .also()
            .withSource()
            .withDynamic(true);
    lifetime.accept(asked);
    asked.also().now();
    peer.done();
    return source.get();
  }

  private static String topic() {
    String name = Peer.unique("spec.topic");
    SharedBroker.broker().api().createTopic(name);
    return name;
  }

  private static void detach(Peer peer, int handle) {
    peer.script.expectDetach().withHandle(handle).withClosed(true);
    peer.script.remoteDetach().withHandle(handle).withClosed(true).now();
    peer.done();
  }

  private static boolean isThere(String queue) {
    Cli cli = SharedBroker.broker().cli();
    return cli.run("queue", "info", queue).exitCode() == 0;
  }

  @Test
  void s3_5_3_aDynamicSourceIsNamedByTheBroker() throws IOException {
    try (Peer peer = Peer.begun()) {
      Source source = dynamic(peer, 0, SourceBuilder::withLifetimePolicyOfDeleteOnClose);
      assertThat(source.getDynamic()).isTrue();
      assertThat(source.getAddress()).isNotEmpty();
      assertThat(source.getDynamicNodeProperties().toString()).contains("lifetime-policy");
      peer.sender(1, source.getAddress()).send(1, "reply");
      peer.script.expectTransfer().withHandle(0).withPayload(Peer.text("reply"));
      peer.credit(0, 0, 1).done();
    }
  }

  @Test
  void s3_5_10_deleteOnCloseEndsWithTheLinkThatMadeIt() throws IOException {
    try (Peer peer = Peer.begun()) {
      String name = dynamic(peer, 0, SourceBuilder::withLifetimePolicyOfDeleteOnClose).getAddress();
      peer.sender(1, name).send(1, "left behind");
      assertThat(isThere(name)).isTrue();
      peer.script.expectDetach().withHandle(0).withClosed(true);
      peer.script.expectDetach().withHandle(1).withError("amqp:resource-deleted");
      peer.script.remoteDetach().withHandle(0).withClosed(true).now();
      peer.done();
      await().until(() -> !isThere(name));
    }
  }

  @Test
  void s3_5_11_deleteOnNoLinksEndsWithTheLastLink() throws IOException {
    try (Peer peer = Peer.begun()) {
      String name =
          dynamic(peer, 0, SourceBuilder::withLifetimePolicyOfDeleteOnNoLinks).getAddress();
      peer.sender(1, name).send(1, "left behind");
      detach(peer, 0);
      peer.alive();
      assertThat(isThere(name)).isTrue();
      detach(peer, 1);
      await().until(() -> !isThere(name));
    }
  }

  @Test
  void s3_5_12_deleteOnNoMessagesEndsWithTheLastMessage() throws IOException {
    try (Peer peer = Peer.begun()) {
      String name =
          dynamic(peer, 0, SourceBuilder::withLifetimePolicyOfDeleteOnNoNoMessages).getAddress();
      peer.sender(1, name).send(1, "last");
      detach(peer, 0);
      peer.receiver(2, name);
      peer.script.expectTransfer().withHandle(2).withDeliveryId(0);
      peer.credit(2, 0, 1).done();
      assertThat(isThere(name)).isTrue();
      peer.script.expectDetach().withError("amqp:resource-deleted");
      peer.script.expectDetach().withError("amqp:resource-deleted");
      peer.script
          .remoteDisposition()
          .withRole(org.apache.qpid.protonj2.test.driver.codec.transport.Role.RECEIVER)
          .withFirst(0)
          .withSettled(true)
          .withState()
          .accepted()
          .now();
      peer.done();
      await().until(() -> !isThere(name));
    }
  }

  @Test
  void s3_5_13_deleteOnNoLinksOrMessagesWaitsForBoth() throws IOException {
    try (Peer peer = Peer.begun()) {
      String name =
          dynamic(peer, 0, SourceBuilder::withLifetimePolicyOfDeleteOnNoLinksOrMessages)
              .getAddress();
      peer.sender(1, name).send(1, "last");
      detach(peer, 0);
      detach(peer, 1);
      peer.alive();
      assertThat(isThere(name)).as("it has a message").isTrue();
      peer.receiver(2, name);
      peer.script.expectTransfer().withHandle(2).withDeliveryId(0);
      peer.credit(2, 0, 1).done();
      peer.script
          .remoteDisposition()
          .withRole(org.apache.qpid.protonj2.test.driver.codec.transport.Role.RECEIVER)
          .withFirst(0)
          .withSettled(true)
          .withState()
          .accepted()
          .now();
      peer.alive();
      assertThat(isThere(name)).as("it has a link").isTrue();
      detach(peer, 2);
      await().until(() -> !isThere(name));
    }
  }

  @Test
  void s3_5_3_theReplySaysWhenASourceReallyExpires() throws IOException {
    AtomicReference<Source> source = new AtomicReference<>();
    String topic = topic();
    try (Peer peer = Peer.begun()) {
      peer.attachedReceiver(0)
          .withSource(notNullValue())
          .withCapture(attach -> source.set(attach.getSource()));
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName(Peer.unique("expiring"))
          .withHandle(0)
          .withSource()
          .withAddress(topic)
          .withExpiryPolicyOnSessionEnd()
          .withTimeout(3_600)
          .also()
          .withTarget()
          .also()
          .now();
      peer.done();
      assertThat(source.get().getExpiryPolicy()).hasToString("link-detach");
      assertThat(source.get().getTimeout()).isIn(null, Peer.uint(0));
      peer.script.expectDetach().withHandle(0);
      peer.script.remoteDetach().withHandle(0).withClosed(false).now();
      peer.done();
      assertThat(SharedBroker.broker().cli().ok("sub", "list", topic)).doesNotContain(topic);
    }
  }

  @Test
  void s3_5_6_aSourceWithATimeoutIsKeptForThatLong() throws IOException {
    String topic = topic();
    String longer = Peer.unique("longer");
    String shorter = Peer.unique("shorter");
    try (Peer peer = Peer.begun()) {
      expiring(peer, 0, topic, longer, 3_600);
      expiring(peer, 1, topic, shorter, 1);
      for (int handle = 0; handle < 2; handle++) {
        peer.script.expectDetach().withHandle(handle);
        peer.script.remoteDetach().withHandle(handle).withClosed(false).now();
        peer.done();
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> !SharedBroker.broker().cli().ok("sub", "list", topic).contains(shorter));
      assertThat(SharedBroker.broker().cli().ok("sub", "list", topic)).contains(longer);
      peer.alive();
    }
  }

  private static void expiring(Peer peer, int handle, String topic, String name, int seconds) {
    AtomicReference<Source> source = new AtomicReference<>();
    peer.attachedReceiver(handle)
        .withSource(notNullValue())
        .withCapture(attach -> source.set(attach.getSource()));
    peer.script
        .remoteAttach()
        .ofReceiver()
        .withName(name)
        .withHandle(handle)
        .withSource()
        .withAddress(topic)
        .withDurabilityOfConfiguration()
        .withExpiryPolicyOnLinkDetach()
        .withTimeout(seconds)
        .also()
        .withTarget()
        .also()
        .now();
    peer.done();
    assertThat(source.get().getExpiryPolicy()).hasToString("link-detach");
    assertThat(source.get().getTimeout()).isEqualTo(Peer.uint(seconds));
    assertThat(source.get().getDurable()).isEqualTo(Peer.uint(1));
  }

  @Test
  void s3_5_3_aSourceThatNeverExpiresOutlivesItsConnection() throws IOException {
    String topic = topic();
    String name = Peer.unique("kept");
    AtomicReference<Source> source = new AtomicReference<>();
    try (Peer peer = Peer.begun()) {
      peer.attachedReceiver(0)
          .withSource(notNullValue())
          .withCapture(attach -> source.set(attach.getSource()));
      peer.script
          .remoteAttach()
          .ofReceiver()
          .withName(name)
          .withHandle(0)
          .withSource()
          .withAddress(topic)
          .withDurabilityOfConfiguration()
          .withExpiryPolicyOfNever()
          .also()
          .withTarget()
          .also()
          .now();
      peer.done();
    }
    assertThat(source.get().getExpiryPolicy()).hasToString("never");
    assertThat(source.get().getDurable()).isEqualTo(Peer.uint(1));
    assertThat(SharedBroker.broker().cli().ok("sub", "list", topic)).contains(name);
  }

  @Test
  void s3_5_3_aTopicCopiesToEverySource() throws IOException {
    String topic = topic();
    try (Peer peer = Peer.begun()) {
      for (int handle = 0; handle < 2; handle++) {
        AtomicReference<Source> source = new AtomicReference<>();
        peer.attachedReceiver(handle)
            .withSource(notNullValue())
            .withCapture(attach -> source.set(attach.getSource()));
        peer.script
            .remoteAttach()
            .ofReceiver()
            .withName(Peer.unique("copy"))
            .withHandle(handle)
            .withSource()
            .withAddress(topic)
            .also()
            .withTarget()
            .also()
            .now();
        peer.done();
        assertThat(source.get().getDistributionMode()).hasToString("copy");
        assertThat(source.get().getCapabilities()).extracting(String::valueOf).contains("topic");
      }
      Peer.put(topic, "to all");
      for (int handle = 0; handle < 2; handle++) {
        peer.script
            .expectTransfer()
            .withHandle(handle)
            .withDeliveryId(handle)
            .withPayload(Peer.text("to all"));
        peer.credit(handle, 0, 1).done();
      }
    }
  }

  @Test
  void s3_5_4_aTopicIsATarget() throws IOException {
    String topic = topic();
    try (Peer peer = Peer.begun()) {
      peer.script.expectAttach().ofReceiver().withHandle(0).withTarget(notNullValue());
      peer.script.expectFlow().withHandle(0).withLinkCredit(greaterThan(Peer.uint(0)));
      peer.script
          .remoteAttach()
          .ofSender()
          .withName(Peer.unique("to"))
          .withHandle(0)
          .withInitialDeliveryCount(0)
          .withSource()
          .also()
          .withTarget()
          .withAddress(topic)
          .withCapabilities("topic")
          .also()
          .now();
      peer.done();
      peer.send(0, "for nobody");
    }
  }
}
