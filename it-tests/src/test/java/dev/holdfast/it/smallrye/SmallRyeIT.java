package dev.holdfast.it.smallrye;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Channels of SmallRye Reactive Messaging, in and out through one queue. */
@EnabledIfSystemProperty(named = "holdfast.smallrye", matches = "true")
class SmallRyeIT {
  private static final int MESSAGES = 200;
  private static final String BAD = "bad";
  private static final String CHANNEL = "mp.messaging.";

  private final Scratch scratch = Scratch.create();

  @AfterEach
  void clean() {
    scratch.close();
  }

  /** What an application would have. */
  @ApplicationScoped
  static class Orders {
    private final List<String> taken = new CopyOnWriteArrayList<>();

    @Inject
    @Channel("out")
    Emitter<String> out;

    @Incoming("in")
    CompletionStage<Void> take(Message<String> order) {
      if (order.getPayload().equals(BAD)) {
        return order.nack(new IllegalStateException("an order that nobody understands"));
      }
      taken.add(order.getPayload());
      return order.ack();
    }

    CompletionStage<Void> send(String order) {
      return out.send(order);
    }

    List<String> taken() {
      return taken;
    }
  }

  private static void configure(BrokerProcess broker, TestUser user) {
    System.setProperty("amqp-host", "127.0.0.1");
    System.setProperty("amqp-port", Integer.toString(broker.ready().tcp().getPort()));
    System.setProperty("amqp-username", user.name());
    System.setProperty("amqp-password", user.password());
    Map.of(
            "incoming.in.connector", "smallrye-amqp",
            "incoming.in.address", "orders",
            "incoming.in.failure-strategy", "reject",
            "incoming.in.durable", "false",
            "outgoing.out.connector", "smallrye-amqp",
            "outgoing.out.address", "orders",
            "outgoing.out.durable", "true")
        .forEach((key, value) -> System.setProperty(CHANNEL + key, value));
  }

  @Test
  void channelsSendReceiveAndReject() {
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
      broker.api().createQueue("orders");
      configure(
          broker, TestUser.chosen(broker.cli(), "smallrye", "correct horse", "--role", "admin"));
      try (SeContainer application =
          SeContainerInitializer.newInstance().addBeanClasses(Orders.class).initialize()) {
        Orders orders = application.select(Orders.class).get();
        List<String> sent = IntStream.range(0, MESSAGES).mapToObj(i -> "order " + i).toList();
        // A send is over once the broker has accepted it.
        sent.forEach(order -> orders.send(order).toCompletableFuture().join());
        orders.send(BAD).toCompletableFuture().join();
        await()
            .atMost(Duration.ofSeconds(60))
            .untilAsserted(() -> assertThat(orders.taken()).isEqualTo(sent));
        broker.cli().awaitMessages("orders", 0);
        broker.cli().awaitMessages("orders/$dead-letter", 1);
      }
    }
  }
}
