package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static dev.holdfast.it.clients.Jms.topic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import org.junit.jupiter.api.Test;

/** Transacted sessions. */
class JmsTransactionsIT {

  private static Session transacted(Connection connection) throws JMSException {
    return connection.createSession(Session.SESSION_TRANSACTED);
  }

  private static long messages(Queue queue) throws JMSException {
    return SharedBroker.broker().cli().messages(queue.getQueueName());
  }

  @Test
  void whatIsSentIsThereOnceCommitted() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = transacted(connection);
        Session other = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      MessageConsumer consumer = other.createConsumer(queue);
      send(session, producer, "0", "1", "2");
      assertThat(consumer.receiveNoWait()).isNull();
      session.commit();
      for (int i = 0; i < 3; i++) {
        assertThat(next(consumer)).isEqualTo("" + i);
      }
    }
  }

  @Test
  void whatIsRolledBackWasNeverSent() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = transacted(connection)) {
      MessageProducer producer = session.createProducer(queue);
      send(session, producer, "never");
      session.rollback();
      send(session, producer, "sent");
      session.commit();
      MessageConsumer consumer = session.createConsumer(queue);
      assertThat(next(consumer)).isEqualTo("sent");
      assertThat(consumer.receiveNoWait()).isNull();
      session.commit();
    }
  }

  @Test
  void whatIsReceivedIsGoneOnceCommitted() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect()) {
      send(connection, queue, "0", "1");
      try (Session session = transacted(connection)) {
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(next(consumer)).isEqualTo("0");
        session.commit();
        assertThat(next(consumer)).isEqualTo("1");
        session.commit();
      }
      assertThat(messages(queue)).isZero();
    }
  }

  @Test
  void whatWasReceivedComesAgainInOrderAfterARollback() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = transacted(connection)) {
      send(connection, queue, "0", "1", "2");
      MessageConsumer consumer = session.createConsumer(queue);
      for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 3; i++) {
          Message message = consumer.receive(Jms.WAIT);
          assertThat(message.getBody(String.class)).isEqualTo("" + i);
          assertThat(message.getJMSRedelivered()).isEqualTo(round > 1);
          assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(round);
        }
        if (round < 3) {
          session.rollback();
        }
      }
      session.commit();
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }

  @Test
  void closingASessionOrItsConnectionRollsBack() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect()) {
      send(connection, queue, "kept");
      try (Session session = transacted(connection)) {
        send(session, session.createProducer(queue), "never");
        assertThat(next(session.createConsumer(queue))).isEqualTo("kept");
      }
    }
    try (Connection connection = connect()) {
      Session session = transacted(connection);
      send(session, session.createProducer(queue), "never");
      assertThat(next(session.createConsumer(queue))).isEqualTo("kept");
    }
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageConsumer consumer = session.createConsumer(queue);
      assertThat(next(consumer)).isEqualTo("kept");
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }

  @Test
  void sessionsOfOneConnectionHaveTransactionsOfTheirOwn() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session one = transacted(connection);
        Session two = transacted(connection);
        Session three = transacted(connection)) {
      send(one, one.createProducer(queue), "one");
      send(two, two.createProducer(queue), "two");
      send(three, three.createProducer(queue), "three");
      two.rollback();
      three.commit();
      one.commit();
      try (Session session = session(connection)) {
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(next(consumer)).isEqualTo("three");
        assertThat(next(consumer)).isEqualTo("one");
        assertThat(consumer.receiveNoWait()).isNull();
      }
    }
  }

  @Test
  void aTransactionMovesMessagesBetweenNodes() throws JMSException {
    Queue from = queue();
    Queue to = queue();
    var topic = topic();
    try (Connection connection = connect();
        Session session = transacted(connection);
        Session watching = session(connection)) {
      MessageConsumer subscriber = watching.createConsumer(topic);
      send(connection, from, "moved");
      MessageConsumer consumer = session.createConsumer(from);
      for (int round = 0; round < 2; round++) {
        String text = next(consumer);
        send(session, session.createProducer(to), text);
        send(session, session.createProducer(topic), text);
        if (round == 0) {
          session.rollback();
          assertThat(subscriber.receiveNoWait()).isNull();
        }
      }
      session.commit();
      assertThat(next(subscriber)).isEqualTo("moved");
      assertThat(subscriber.receiveNoWait()).isNull();
    }
    assertThat(messages(from)).isZero();
    assertThat(messages(to)).isEqualTo(1);
  }

  @Test
  void aThousandMessagesAreOneTransaction() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = transacted(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 1_000; i++) {
        send(session, producer, "" + i);
      }
      assertThat(messages(queue)).isZero();
      session.commit();
      assertThat(messages(queue)).isEqualTo(1_000);
      MessageConsumer consumer = session.createConsumer(queue);
      for (int i = 0; i < 1_000; i++) {
        assertThat(next(consumer)).isEqualTo("" + i);
      }
      session.commit();
    }
    assertThat(messages(queue)).isZero();
  }

  @Test
  void aSendThatIsRefusedFailsTheTransaction() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = transacted(connection)) {
      MessageProducer producer = session.createProducer(null);
      producer.send(queue, session.createTextMessage("with it"));
      assertThatThrownBy(
              () -> {
                producer.send(
                    session.createQueue("no.such.queue"), session.createTextMessage("lost"));
                session.commit();
              })
          .isInstanceOf(JMSException.class);
    }
    assertThat(messages(queue)).isZero();
  }
}
