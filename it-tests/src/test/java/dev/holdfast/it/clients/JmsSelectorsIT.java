package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static dev.holdfast.it.clients.Jms.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Selectors of consumers on queues and topics. */
class JmsSelectorsIT {

  private static TextMessage message(Session session, String text, String property, Object value)
      throws JMSException {
    TextMessage message = session.createTextMessage(text);
    message.setObjectProperty(property, value);
    return message;
  }

  @Test
  void aConsumerTakesWhatFitsAndLeavesTheRest() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 10; i++) {
        producer.send(message(session, "" + i, "even", i % 2 == 0));
      }
      MessageConsumer even = session.createConsumer(queue, "even = TRUE");
      for (int i = 0; i < 10; i += 2) {
        assertThat(next(even)).isEqualTo("" + i);
      }
      assertThat(even.receiveNoWait()).isNull();
      even.close();
      MessageConsumer all = session.createConsumer(queue);
      for (int i = 1; i < 10; i += 2) {
        assertThat(next(all)).isEqualTo("" + i);
      }
      assertThat(all.receiveNoWait()).isNull();
    }
  }

  @Test
  void consumersWithDifferentSelectorsDoNotWaitForEachOther() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageConsumer small = session.createConsumer(queue, "size < 10");
      MessageConsumer large = session.createConsumer(queue, "size >= 10");
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 50; i++) {
        producer.send(message(session, "large " + i, "size", 10 + i));
      }
      producer.send(message(session, "small", "size", 1));
      assertThat(next(small)).isEqualTo("small");
      for (int i = 0; i < 50; i++) {
        assertThat(next(large)).isEqualTo("large " + i);
      }
    }
  }

  @Test
  void whatFitsIsFoundBehindThousandsThatDoNot() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect("jms.forceAsyncSend=true");
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 5_000; i++) {
        producer.send(message(session, "hay", "kind", "hay"));
      }
      producer.send(message(session, "needle", "kind", "needle"));
      MessageConsumer consumer = session.createConsumer(queue, "kind = 'needle'");
      assertThat(next(consumer)).isEqualTo("needle");
      producer.send(message(session, "another", "kind", "needle"));
      assertThat(next(consumer)).isEqualTo("another");
    }
  }

  @Test
  void whatAConsumerGivesBackIsOfferedToThoseItFits() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      session.createProducer(queue).send(message(session, "x", "kind", "a"));
      try (Session acknowledging = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
        assertThat(next(acknowledging.createConsumer(queue, "kind = 'a'"))).isEqualTo("x");
      }
      assertThat(session.createConsumer(queue, "kind = 'b'").receiveNoWait()).isNull();
      Message again = session.createConsumer(queue, "kind LIKE 'a%'").receive(Jms.WAIT);
      assertThat(again.getJMSRedelivered()).isTrue();
    }
  }

  static Stream<Function<Message, String>> headers() {
    return Stream.of(
        of(message -> "JMSMessageID = '" + message.getJMSMessageID() + "'"),
        of(message -> "JMSCorrelationID = '" + message.getJMSCorrelationID() + "'"),
        of(message -> "JMSTimestamp = " + message.getJMSTimestamp()),
        of(message -> "JMSPriority = 7 AND JMSDeliveryMode = 'NON_PERSISTENT'"),
        of(message -> "JMSType = 'wanted'"),
        of(message -> "JMSXGroupID = 'group' AND JMSXGroupSeq = 3"));
  }

  private interface Reader {
    String of(Message message) throws JMSException;
  }

  private static Function<Message, String> of(Reader reader) {
    return message -> {
      try {
        return reader.of(message);
      } catch (JMSException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  @ParameterizedTest
  @MethodSource("headers")
  void headersCanBeAskedFor(Function<Message, String> selector) throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      send(connection, queue, "other");
      MessageProducer producer = session.createProducer(queue);
      producer.setPriority(7);
      producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
      TextMessage wanted = session.createTextMessage("wanted");
      wanted.setJMSType("wanted");
      wanted.setJMSCorrelationID("correlation");
      wanted.setStringProperty("JMSXGroupID", "group");
      wanted.setIntProperty("JMSXGroupSeq", 3);
      producer.send(wanted);
      MessageConsumer consumer = session.createConsumer(queue, selector.apply(wanted));
      assertThat(next(consumer)).isEqualTo("wanted");
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "absent IS NULL",
        "number BETWEEN 4 AND 6",
        "number * 2 + 1 = 11",
        "text IN ('a', 'b')",
        "text LIKE '_'",
        "NOT (text = 'z')",
        "flag = TRUE OR absent > 3",
        "decimal > 1.5 AND decimal < 2.75E0",
        "long = 9223372036854775807"
      })
  void conditionsHoldAsTheStandardSays(String selector) throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      TextMessage message = session.createTextMessage("fits");
      message.setIntProperty("number", 5);
      message.setStringProperty("text", "a");
      message.setBooleanProperty("flag", true);
      message.setDoubleProperty("decimal", 2.5);
      message.setLongProperty("long", Long.MAX_VALUE);
      session.createProducer(queue).send(message);
      MessageConsumer none = session.createConsumer(queue, "NOT (" + selector + ")");
      assertThat(none.receiveNoWait()).isNull();
      none.close();
      assertThat(next(session.createConsumer(queue, selector))).isEqualTo("fits");
    }
  }

  @Test
  void aMalformedSelectorIsRefused() throws JMSException {
    try (Connection connection = connect();
        Session session = session(connection)) {
      for (Destination destination : new Destination[] {queue(), topic()}) {
        for (String selector : new String[] {"a = ", "a LIKE 5", "= 3", "a == 'x'", "'open"}) {
          assertThatThrownBy(() -> session.createConsumer(destination, selector))
              .as(selector)
              .isInstanceOf(InvalidSelectorException.class);
        }
      }
    }
  }

  @Test
  void aSubscriptionWithASelectorGetsWhatFits() throws JMSException {
    var topic = topic();
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageConsumer red = session.createConsumer(topic, "colour = 'red'");
      MessageConsumer any = session.createConsumer(topic);
      MessageProducer producer = session.createProducer(topic);
      producer.send(message(session, "1", "colour", "blue"));
      producer.send(message(session, "2", "colour", "red"));
      assertThat(next(red)).isEqualTo("2");
      assertThat(red.receiveNoWait()).isNull();
      assertThat(next(any)).isEqualTo("1");
      assertThat(next(any)).isEqualTo("2");
    }
  }
}
