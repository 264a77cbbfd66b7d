package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.SharedBroker;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpConnection;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpReceiver;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The AMQP client of Vert.x, which SmallRye and Quarkus are built on, against the broker. */
class VertxAmqpIT {
  private final Vertx vertx = Vertx.vertx();
  private AmqpClient client;
  private AmqpConnection connection;

  @BeforeEach
  void connect() throws Exception {
    client =
        AmqpClient.create(
            vertx,
            new AmqpClientOptions()
                .setHost("127.0.0.1")
                .setPort(SharedBroker.broker().ready().tcp().getPort())
                .setUsername(SharedBroker.user().name())
                .setPassword(SharedBroker.user().password()));
    connection = get(client.connect());
  }

  @AfterEach
  void disconnect() throws Exception {
    get(client.close());
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void messagesComeInOrderAndOnlyOnce() throws Exception {
    SharedBroker.broker().api().createQueue("vertx.queue");
    AmqpSender sender = get(connection.createSender("vertx.queue"));
    for (int i = 10; i < 60; i++) {
      get(sender.sendWithAck(AmqpMessage.create().withBody("message " + i).durable(true).build()));
    }
    List<String> got = new CopyOnWriteArrayList<>();
    AmqpReceiver receiver =
        get(
            connection.createReceiver(
                "vertx.queue", new AmqpReceiverOptions().setAutoAcknowledgement(false)));
    receiver.handler(
        message -> {
          got.add(message.bodyAsString());
          message.accepted();
        });
    await().until(() -> got.size() == 50);
    assertThat(got).isSorted().hasSize(50);
    await().until(() -> SharedBroker.broker().cli().messages("vertx.queue") == 0);
  }

  @Test
  void whatIsRejectedIsADeadLetter() throws Exception {
    SharedBroker.broker().api().createQueue("vertx.reject");
    AmqpSender sender = get(connection.createSender("vertx.reject"));
    get(sender.sendWithAck(AmqpMessage.create().withBody("poison").build()));
    AmqpReceiver receiver =
        get(
            connection.createReceiver(
                "vertx.reject", new AmqpReceiverOptions().setAutoAcknowledgement(false)));
    receiver.handler(AmqpMessage::rejected);
    await()
        .until(
            () ->
                SharedBroker.broker().cli().ok("dlq", "list", "vertx.reject").contains("rejected"));
  }

  @Test
  void requestsAreAnsweredAtADynamicAddress() throws Exception {
    SharedBroker.broker().api().createQueue("vertx.requests");
    AmqpSender answers = get(connection.createAnonymousSender());
    AmqpReceiver service = get(connection.createReceiver("vertx.requests"));
    service.handler(
        request ->
            answers.send(
                AmqpMessage.create()
                    .address(request.replyTo())
                    .correlationId(request.id())
                    .withBody("re: " + request.bodyAsString())
                    .build()));
    AmqpReceiver mine = get(connection.createDynamicReceiver());
    List<String> got = new CopyOnWriteArrayList<>();
    mine.handler(reply -> got.add(reply.correlationId() + " " + reply.bodyAsString()));
    AmqpSender sender = get(connection.createSender("vertx.requests"));
    get(
        sender.sendWithAck(
            AmqpMessage.create().id("7").replyTo(mine.address()).withBody("hello").build()));
    await().until(() -> got.contains("7 re: hello"));
  }

  @Test
  void anUnknownNodeIsRefused() {
    assertThatThrownBy(() -> get(connection.createSender("vertx.nowhere")))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("vertx.nowhere");
  }

  @Test
  void aTopicReachesEverySubscriber() throws Exception {
    SharedBroker.broker().api().createTopic("vertx.topic");
    List<String> first = new CopyOnWriteArrayList<>();
    List<String> second = new CopyOnWriteArrayList<>();
    get(connection.createReceiver("vertx.topic")).handler(m -> first.add(m.bodyAsString()));
    get(connection.createReceiver("vertx.topic")).handler(m -> second.add(m.bodyAsString()));
    AmqpSender sender = get(connection.createSender("vertx.topic"));
    for (int i = 0; i < 10; i++) {
      get(sender.sendWithAck(AmqpMessage.create().withBody("m" + i).build()));
    }
    await().until(() -> first.size() == 10 && second.size() == 10);
  }
}
