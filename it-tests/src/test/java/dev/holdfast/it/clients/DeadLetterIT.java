package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static dev.holdfast.it.clients.Jms.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.tracing.TraceableMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JMS consumers reject; an operator looks, and sends back. */
class DeadLetterIT {
  private static final int REJECTED = 2;
  private final Cli cli = SharedBroker.broker().cli();

  /** Opens what a test reads from. */
  private interface Source {
    MessageConsumer open(Session session) throws JMSException;
  }

  private static void reject(Connection connection, Source from, int count) throws JMSException {
    try (Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = from.open(session)) {
      for (int i = 0; i < count; i++) {
        Message message = consumer.receive(Jms.WAIT);
        message.setIntProperty("JMS_AMQP_ACK_TYPE", REJECTED);
        message.acknowledge();
      }
    }
  }

  private static List<String> receive(Connection connection, Source from, int count)
      throws JMSException {
    List<String> texts = new ArrayList<>();
    try (Session session = session(connection);
        MessageConsumer consumer = from.open(session)) {
      for (int i = 0; i < count; i++) {
        texts.add(Jms.next(consumer));
      }
      assertThat(consumer.receiveNoWait()).as("no more than that").isNull();
    }
    return texts;
  }

  private void awaitDead(String node, long count) {
    await().until(() -> cli.json("dlq", "summary", node).get("messages").asLong() == count);
  }

  @Test
  void theyAreSeenSummarisedAndSentBack() throws JMSException {
    Queue queue = queue();
    String name = queue.getQueueName();
    try (Connection connection = connect()) {
      try (Session session = session(connection);
          MessageProducer producer = session.createProducer(queue)) {
        for (int i = 0; i < 5; i++) {
          TextMessage message = session.createTextMessage("m" + i);
          message.setIntProperty("number", i);
          producer.send(message);
        }
      }
      reject(connection, s -> s.createConsumer(queue), 5);
      awaitDead(name, 5);
      JsonNode group = cli.json("dlq", "summary", name).at("/groups/0");
      assertThat(group.get("reason").asText()).isEqualTo("rejected");
      assertThat(group.get("source").asText()).isEqualTo(name);
      seenByAnotherClient(connection, name);

      Command.Result denied = cli.run("dlq", "redrive", name);
      assertThat(denied.exitCode()).as("without --yes").isEqualTo(2);
      JsonNode dry = cli.json("dlq", "redrive", name, "--where", "number >= 3", "--dry-run");
      assertThat(dry.get("messages").asLong()).isEqualTo(2);
      cli.awaitMessages(name, 0);
      JsonNode some = cli.json("dlq", "redrive", name, "--where", "number >= 3", "--yes");
      assertThat(some.get("state").asText()).isEqualTo("done");
      assertThat(receive(connection, s -> s.createConsumer(queue), 2)).containsExactly("m3", "m4");
      cli.ok("dlq", "resend", name, "1", "--body", "corrected");
      assertThat(receive(connection, s -> s.createConsumer(queue), 1)).containsExactly("corrected");
      cli.ok("dlq", "drop", name, "--where", "number = 1", "--yes");
      cli.ok("dlq", "redrive", name, "--reason", "rejected", "--yes");
      assertThat(receive(connection, s -> s.createConsumer(queue), 1)).containsExactly("m2");
      assertThat(cli.json("dlq", "summary", name).get("messages").asLong()).isZero();
      assertThat(cli.json("dlq", "tasks", name).get("tasks")).hasSize(3);
    }
  }

  private static void seenByAnotherClient(Connection connection, String name) throws JMSException {
    try (Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(new JmsQueue(name + "/$dead-letter"))) {
      TraceableMessage dead =
          (TraceableMessage) ((JmsMessage) consumer.receive(Jms.WAIT)).getFacade();
      assertThat(String.valueOf(dead.getTracingAnnotation("x-opt-hf-reason")))
          .isEqualTo("rejected");
      assertThat(dead.getTracingAnnotation("x-opt-hf-origin")).isEqualTo(name);
      assertThat(dead.getTracingAnnotation("x-first-death-queue")).isEqualTo(name);
      assertThat(dead.getTracingAnnotation("x-opt-hf-hops")).isEqualTo(1);
    }
  }

  @Test
  void aSubscriptionGetsItsOwnBackAlone() throws JMSException {
    Topic topic = topic();
    String one = topic.getTopicName() + "::one";
    String two = topic.getTopicName() + "::two";
    cli.ok("sub", "create", one);
    cli.ok("sub", "create", two);
    Source first = s -> s.createSharedDurableConsumer(topic, "one");
    Source second = s -> s.createSharedDurableConsumer(topic, "two");
    try (Connection connection = connect()) {
      send(connection, topic, "a", "b");
      reject(connection, first, 2);
      awaitDead(one, 2);
      assertThat(receive(connection, second, 2)).containsExactly("a", "b");
      assertThat(cli.ok("dlq", "list", one)).contains("rejected", "a", "b");
      assertThat(cli.ok("dlq", "show", one, "2")).contains("death.origin: " + one);
      cli.ok("dlq", "redrive", one, "--yes");
      // The first ones wait for their dead-letter queue to be made, so they may die in any order.
      assertThat(receive(connection, first, 2)).containsExactlyInAnyOrder("a", "b");
      assertThat(receive(connection, second, 0)).isEmpty();
    }
  }

  /** What is small is kept as one, what is large in parts. */
  @ParameterizedTest
  @ValueSource(ints = {2, 1 << 20})
  void whatIsExportedComesBackByteForByte(int size) throws JMSException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Queue queue = queue();
    String name = queue.getQueueName();
    try (Connection connection = connect()) {
      try (Session session = session(connection);
          MessageProducer producer = session.createProducer(queue)) {
        var map = session.createMapMessage();
        map.setLong("long", 1L << 40);
        map.setBytes("bytes", bytes);
        producer.send(map);
      }
      reject(connection, s -> s.createConsumer(queue), 1);
      awaitDead(name, 1);
      String exported = cli.ok("dlq", "export", name);
      cli.ok("dlq", "drop", name, "--yes");
      Command.Result sent = cli.runWith(exported, "msg", "send", name, "--ndjson");
      assertThat(sent.exitCode()).as(sent.all()).isZero();
      try (Session session = session(connection);
          MessageConsumer consumer = session.createConsumer(queue)) {
        var map = (jakarta.jms.MapMessage) consumer.receive(Jms.WAIT);
        assertThat(map.getLong("long")).isEqualTo(1L << 40);
        assertThat(map.getBytes("bytes")).isEqualTo(bytes);
        assertThat(map.getJMSMessageID())
            .isEqualTo(Cli.parse(exported).at("/properties/messageId").asText());
      }
    }
  }

  @Test
  void delayedMessagesAreListedAndCancelled() throws JMSException {
    Queue queue = queue();
    String name = queue.getQueueName();
    try (Connection connection = connect();
        Session session = session(connection);
        MessageProducer producer = session.createProducer(queue)) {
      producer.setDeliveryDelay(3_600_000);
      send(session, producer, "tomorrow", "or never");
    }
    assertThat(cli.ok("sched", "list", name)).contains("tomorrow", "or never");
    cli.ok("sched", "cancel", name, "2");
    assertThat(cli.run("sched", "cancel", name, "2").exitCode()).isEqualTo(3);
    assertThat(cli.json("sched", "list", name).get("messages")).hasSize(1);
    assertThat(cli.queue(name).get("delayed").asLong()).isEqualTo(1);
  }
}
