package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The Java client with a message that is larger than what the broker keeps in memory. */
class ClientLargeIT {
  private static final int SIZE = 40 << 20;

  private final Scratch scratch = Scratch.create();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void fortyMebibytesGoThroughAndMoreThanTheLimitIsRefused() {
    byte[] content = new byte[SIZE];
    new Random(3).nextBytes(content);
    try (BrokerProcess broker =
            BrokerProcess.start(
                BrokerOptions.in(scratch).with("--set", "amqp.max-message-size=48MiB"));
        Holdfast client = Holdfast.connect("unix://" + broker.ready().socket())) {
      broker.api().createQueue("large");
      Producer producer = client.producer("large");
      producer.send(Message.builder().id("one").bytes(content).build());
      assertThat(broker.cli().ok("msg", "peek", "large")).contains("(large: ");
      assertThatThrownBy(
              () -> producer.send(Message.builder().bytes(new byte[SIZE + SIZE / 2]).build()))
          .isInstanceOfSatisfying(
              HoldfastException.class,
              e -> assertThat(e.reason()).isEqualTo(HoldfastException.Reason.MESSAGE_TOO_LARGE));
      Consumer consumer = client.consumer("large");
      Delivery delivery = consumer.receive(Duration.ofSeconds(60)).orElseThrow();
      assertThat(delivery.message().id()).contains("one");
      assertThat(delivery.message().bodyAsBytes()).isEqualTo(content);
      delivery.accept();
    }
  }
}
