package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Durability;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.selector.StoredFields;
import dev.holdfast.storage.StoredMessage;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.messaging.Header;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a sender says of durability, or leaves out, is what consumers and selectors see. */
class DurabilityTest {

  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = new EdgeFixture(AmqpLimits.defaults());
  }

  @AfterAll
  static void stop() throws Exception {
    edge.close();
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void consumersSeeWhatTheSenderSaid(Durability said) throws Exception {
    String queue = "durability-" + said;
    try (RawPeer sender = edge.peer();
        RawPeer receiver = edge.peer()) {
      sender.sender(queue);
      byte[] header = {};
      if (said != Durability.UNSAID) {
        Header section = new Header();
        section.setDurable(said == Durability.DURABLE);
        header = sender.encode(section);
      }
      sender.send(0, RawPeer.transferFrame(0, 0), RawPeer.join(header, RawPeer.data(3)));
      sender.skipTo(Disposition.class);
      var published = edge.domain.seen(OwnerCommand.Publish.class);
      boolean kept = published.get(published.size() - 1).message().durable();
      assertThat(kept).isEqualTo(said != Durability.NOT_DURABLE);

      receiver.receiver(queue).send(0, RawPeer.flowFrame(0, 0, 1));
      byte[] payload = receiver.next().payload();
      Header got = (Header) receiver.decode(Arrays.copyOf(payload, payload.length - 11));
      assertThat(got.getDurable()).isEqualTo(said == Durability.DURABLE);
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void selectorsSeeWhatTheSenderSaid(Durability said) {
    StoredMessage message =
        new StoredMessage(
            1, said.flags(), (byte) 4, 0, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, new byte[0]);
    assertThat(new StoredFields().of(message, 0).durable()).isEqualTo(said == Durability.DURABLE);
  }
}
