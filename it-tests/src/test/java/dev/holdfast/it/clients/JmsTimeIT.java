package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Delivery delay, time to live and redelivery as JMS clients know them. */
class JmsTimeIT {
  private static final long WAIT = 20_000;

  private static Connection connect() throws JMSException {
    return connect("");
  }

  private static Connection connect(String options) throws JMSException {
    Connection connection =
        new JmsConnectionFactory(SharedBroker.uri() + options)
            .createConnection(SharedBroker.user().name(), SharedBroker.user().password());
    connection.start();
    return connection;
  }

  private static Queue newQueue(Session session, TestInfo test) throws JMSException {
    String name = "jms.time." + test.getTestMethod().orElseThrow().getName();
    SharedBroker.broker().api().createQueue(name);
    return session.createQueue(name);
  }

  @Test
  void delayedMessagesComeInTheOrderOfTheirMoments(TestInfo test) throws JMSException {
    try (Connection connection = connect();
        Session session = connection.createSession()) {
      Queue queue = newQueue(session, test);
      MessageProducer producer = session.createProducer(queue);
      for (long delay : new long[] {3_000, 1_000, 2_000, 0}) {
        producer.setDeliveryDelay(delay);
        producer.send(session.createTextMessage("after " + delay));
      }
      MessageConsumer consumer = session.createConsumer(queue);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Message message = consumer.receive(WAIT);
        texts.add(((TextMessage) message).getText());
        assertThat(Instant.now().toEpochMilli())
            .isGreaterThanOrEqualTo(message.getJMSDeliveryTime());
      }
      assertThat(texts).containsExactly("after 0", "after 1000", "after 2000", "after 3000");
    }
  }

  @Test
  void whatHasExpiredIsNotDeliveredAndLiesAmongTheDead(TestInfo test) throws JMSException {
    // Otherwise the client itself hides what has expired, dead letters too.
    try (Connection connection = connect("?jms.localMessageExpiry=false");
        Session session = connection.createSession()) {
      Queue queue = newQueue(session, test);
      MessageProducer producer = session.createProducer(queue);
      producer.setTimeToLive(200);
      producer.send(session.createTextMessage("short"));
      producer.setTimeToLive(600_000);
      producer.send(session.createTextMessage("long"));
      MessageConsumer dead =
          session.createConsumer(session.createQueue(queue.getQueueName() + "/$dead-letter"));
      assertThat(((TextMessage) dead.receive(WAIT)).getText()).isEqualTo("short");
      MessageConsumer consumer = session.createConsumer(queue);
      assertThat(((TextMessage) consumer.receive(WAIT)).getText()).isEqualTo("long");
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }

  @Test
  void whatIsRolledBackComesAgainAtOnceAndBeforeWhatFollows(TestInfo test) throws JMSException {
    try (Connection connection = connect();
        Session sending = connection.createSession();
        Session session = connection.createSession(Session.SESSION_TRANSACTED)) {
      Queue queue = newQueue(sending, test);
      MessageProducer producer = sending.createProducer(queue);
      for (int i = 0; i < 3; i++) {
        producer.send(sending.createTextMessage("m" + i));
      }
      MessageConsumer consumer = session.createConsumer(queue);
      for (int attempt = 0; attempt < 3; attempt++) {
        Message first = consumer.receive(WAIT);
        assertThat(((TextMessage) first).getText()).isEqualTo("m0");
        assertThat(first.getJMSRedelivered()).isEqualTo(attempt > 0);
        assertThat(((TextMessage) consumer.receive(WAIT)).getText()).isEqualTo("m1");
        session.rollback();
      }
      for (int i = 0; i < 3; i++) {
        assertThat(((TextMessage) consumer.receive(WAIT)).getText()).isEqualTo("m" + i);
      }
      session.commit();
    }
  }
}
