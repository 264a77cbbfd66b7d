package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.Enumeration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What JMS promises holds for messages that are not in the broker's memory as well. */
class JmsLargeIT {
  private static final int SIZE = 3_000_001;

  private static byte[] content(int seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static BytesMessage large(Session session, int seed) throws JMSException {
    BytesMessage message = session.createBytesMessage();
    message.setIntProperty("seed", seed);
    message.writeBytes(content(seed));
    return message;
  }

  private static void assertContent(Message message, int seed) throws JMSException {
    assertThat(message).isInstanceOf(BytesMessage.class);
    assertThat(message.getIntProperty("seed")).isEqualTo(seed);
    assertThat(message.getBody(byte[].class)).isEqualTo(content(seed));
  }

  @Test
  void selectorsBrowsersAndTexts() throws Exception {
    Queue queue = Jms.queue();
    try (Connection connection = Jms.connect();
        Session session = Jms.session(connection);
        MessageProducer producer = session.createProducer(queue)) {
      for (int seed = 1; seed <= 3; seed++) {
        producer.send(large(session, seed));
      }
      String shown = SharedBroker.broker().cli().ok("msg", "peek", queue.getQueueName());
      assertThat(shown).contains("(large: 3000009 bytes");
      try (QueueBrowser browser = session.createBrowser(queue, "seed > 1")) {
        Enumeration<?> seen = browser.getEnumeration();
        assertContent((Message) seen.nextElement(), 2);
        assertContent((Message) seen.nextElement(), 3);
        assertThat(seen.hasMoreElements()).isFalse();
      }
      try (MessageConsumer second = session.createConsumer(queue, "seed = 2")) {
        assertContent(second.receive(Jms.WAIT), 2);
      }
      String text = "größer ".repeat(200_000);
      producer.send(session.createTextMessage(text));
      try (MessageConsumer rest = session.createConsumer(queue)) {
        assertContent(rest.receive(Jms.WAIT), 1);
        assertContent(rest.receive(Jms.WAIT), 3);
        assertThat(((TextMessage) rest.receive(Jms.WAIT)).getText()).isEqualTo(text);
      }
    }
  }

  @Test
  void transactionsAndRedelivery() throws Exception {
    Queue queue = Jms.queue();
    try (Connection connection = Jms.connect();
        Session session = connection.createSession(Session.SESSION_TRANSACTED);
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue)) {
      producer.send(large(session, 1));
      session.rollback();
      producer.send(large(session, 2));
      session.commit();
      assertContent(consumer.receive(Jms.WAIT), 2);
      session.rollback();
      Message again = consumer.receive(Jms.WAIT);
      assertThat(again.getJMSRedelivered()).isTrue();
      assertContent(again, 2);
      session.commit();
      SharedBroker.broker().cli().awaitMessages(queue.getQueueName(), 0);
    }
  }

  @Test
  void everySubscriberGetsIt() throws Exception {
    Topic topic = Jms.topic();
    try (Connection connection = Jms.connect();
        Session session = Jms.session(connection);
        MessageConsumer one = session.createConsumer(topic);
        MessageConsumer other = session.createConsumer(topic, "seed = 7");
        MessageProducer producer = session.createProducer(topic)) {
      producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
      producer.send(large(session, 7));
      assertContent(one.receive(Jms.WAIT), 7);
      assertContent(other.receive(Jms.WAIT), 7);
    }
  }

  @Test
  void settledBeforehandBothWays() throws Exception {
    Queue queue = Jms.queue();
    try (Connection connection = Jms.connect("jms.presettlePolicy.presettleAll=true");
        Session session = Jms.session(connection);
        MessageProducer producer = session.createProducer(queue);
        MessageConsumer consumer = session.createConsumer(queue)) {
      for (int seed = 1; seed <= 4; seed++) {
        producer.send(large(session, seed));
      }
      for (int seed = 1; seed <= 4; seed++) {
        assertContent(consumer.receive(Jms.WAIT), seed);
      }
    }
  }
}
