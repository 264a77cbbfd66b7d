package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.session;
import static dev.holdfast.it.clients.Jms.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.util.Map;
import org.apache.qpid.jms.JmsTopic;
import org.junit.jupiter.api.Test;

/** Nodes managed by {@code $management} and the command line, and what a JMS client finds then. */
class ManagementIT {

  private static ObjectMessage ask(
      Session session, String operation, String type, String name, Map<String, Object> attributes)
      throws JMSException {
    TemporaryQueue replies = session.createTemporaryQueue();
    MapMessage request = session.createMapMessage();
    request.setStringProperty("operation", operation);
    request.setStringProperty("type", type);
    request.setStringProperty("name", name);
    request.setJMSReplyTo(replies);
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      request.setObject(attribute.getKey(), attribute.getValue());
    }
    try (MessageConsumer consumer = session.createConsumer(replies);
        MessageProducer producer = session.createProducer(session.createQueue("$management"))) {
      producer.send(request);
      return (ObjectMessage) consumer.receive(Jms.WAIT);
    }
  }

  @Test
  void anUpdateOfAQueueIsFeltByItsSenders() throws JMSException {
    String name = unique("managed");
    try (Connection connection = connect();
        Session session = session(connection)) {
      ObjectMessage made =
          ask(session, "CREATE", "holdfast:queue", name, Map.of("maxMessages", 1L));
      assertThat(made.getIntProperty("statusCode")).isEqualTo(201);
      MessageProducer producer = session.createProducer(session.createQueue(name));
      producer.send(session.createTextMessage("a"));
      TextMessage more = session.createTextMessage("b");
      assertThatThrownBy(() -> producer.send(more)).isInstanceOf(ResourceAllocationException.class);

      ObjectMessage updated =
          ask(session, "UPDATE", "holdfast:queue", name, Map.of("maxMessages", 2L));
      assertThat(updated.getIntProperty("statusCode")).isEqualTo(200);
      assertThat(((Map<?, ?>) updated.getObject()).get("maxMessages")).isEqualTo(2L);
      producer.send(more);
      assertThat(SharedBroker.broker().cli().queue(name).get("maxMessages").asLong()).isEqualTo(2);

      ObjectMessage wrong = ask(session, "UPDATE", "holdfast:queue", name, Map.of("colour", "red"));
      assertThat(wrong.getIntProperty("statusCode")).isEqualTo(400);
      assertThat(wrong.getStringProperty("statusDescription")).contains("colour is not known");
    }
  }

  @Test
  void aSubscriptionWithASelectorGetsWhatItWants() throws JMSException {
    String topic = unique("managed.topic");
    Cli cli = SharedBroker.broker().cli();
    cli.ok("topic", "create", topic);
    cli.ok("sub", "create", topic + "::large", "--where", "weight > 5 and colour = 'red'");
    assertThat(cli.ok("sub", "info", topic + "::large")).contains("weight > 5 AND colour = 'red'");
    assertThat(cli.run("sub", "create", topic + "::bad", "--where", "weight >").all())
        .contains("at character 9");
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(new JmsTopic(topic));
      for (int weight = 4; weight < 8; weight++) {
        TextMessage message = session.createTextMessage("" + weight);
        message.setIntProperty("weight", weight);
        message.setStringProperty("colour", weight == 7 ? "blue" : "red");
        producer.send(message);
      }
      MessageConsumer consumer = session.createConsumer(session.createTopic(topic + "::large"));
      assertThat(next(consumer)).isEqualTo("6");
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }
}
