package dev.holdfast.it.clients;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.jms.JmsTopic;
import org.jspecify.annotations.Nullable;

/** What the tests of Qpid JMS share: connections to the shared broker, nodes of their own. */
final class Jms {
  /** Longest wait for a message that has to come, in milliseconds. */
  static final long WAIT = 20_000;

  private static final AtomicInteger NAMES = new AtomicInteger();

  private Jms() {}

  /** A factory for the shared broker with options of the client's URI. */
  static JmsConnectionFactory factory(String options) {
    return new JmsConnectionFactory(
        SharedBroker.user().name(),
        SharedBroker.user().password(),
        SharedBroker.uri() + "?" + options);
  }

  /** A started connection without a client id. */
  static Connection connect() throws JMSException {
    return connect("");
  }

  /** A started connection without a client id, with options of the client's URI. */
  static Connection connect(String options) throws JMSException {
    Connection connection = factory(options).createConnection();
    connection.start();
    return connection;
  }

  /** A started connection with this client id. */
  static Connection connectAs(String clientId) throws JMSException {
    Connection connection = factory("").createConnection();
    try {
      connection.setClientID(clientId);
      connection.start();
      return connection;
    } catch (JMSException e) {
      connection.close();
      throw e;
    }
  }

  /** A name nobody else has. */
  static String unique(String prefix) {
    return prefix + "." + NAMES.incrementAndGet();
  }

  /** A new queue. */
  static Queue queue() {
    String name = unique("jms.queue");
    SharedBroker.broker().api().createQueue(name);
    return new JmsQueue(name);
  }

  /** A new topic. */
  static Topic topic() {
    String name = unique("jms.topic");
    SharedBroker.broker().api().createTopic(name);
    return new JmsTopic(name);
  }

  /** A session that acknowledges by itself. */
  static Session session(Connection connection) throws JMSException {
    return connection.createSession(Session.AUTO_ACKNOWLEDGE);
  }

  /** Sends texts. */
  static void send(Session session, MessageProducer producer, String... texts) throws JMSException {
    for (String text : texts) {
      producer.send(session.createTextMessage(text));
    }
  }

  /** Sends texts through a session of its own. */
  static void send(Connection connection, jakarta.jms.Destination to, String... texts)
      throws JMSException {
    try (Session session = session(connection);
        MessageProducer producer = session.createProducer(to)) {
      send(session, producer, texts);
    }
  }

  /** The text of the next message, which has to come. */
  static String next(MessageConsumer consumer) throws JMSException {
    return text(consumer.receive(WAIT));
  }

  /** The text of a message, or that there is none. */
  static String text(@Nullable Message message) throws JMSException {
    return message == null ? "(none)" : message.getBody(String.class);
  }
}
