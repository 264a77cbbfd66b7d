package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to acknowledge, those of Qpid JMS included. */
class JmsAcknowledgeModesIT {
  private static final int INDIVIDUAL_ACKNOWLEDGE = 101;
  private static final int NO_ACKNOWLEDGE = 100;

  private static long messages(Queue queue) throws JMSException {
    return SharedBroker.broker().cli().messages(queue.getQueueName());
  }

  @ParameterizedTest
  @ValueSource(ints = {Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, NO_ACKNOWLEDGE})
  void whatIsReceivedIsAcknowledgedByItself(int mode) throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect()) {
      send(connection, queue, "0", "1", "2");
      try (Session session = connection.createSession(mode)) {
        MessageConsumer consumer = session.createConsumer(queue);
        for (int i = 0; i < 3; i++) {
          assertThat(next(consumer)).isEqualTo("" + i);
        }
      }
    }
    assertThat(messages(queue)).isZero();
  }

  @Test
  void oneAcknowledgementIsForAllOfTheSession() throws JMSException {
    Queue queue = queue();
    Queue other = queue();
    try (Connection connection = connect()) {
      send(connection, queue, "0", "1", "2");
      send(connection, other, "a");
      try (Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(next(session.createConsumer(other))).isEqualTo("a");
        assertThat(next(consumer)).isEqualTo("0");
        Message second = consumer.receive(Jms.WAIT);
        second.acknowledge();
        assertThat(next(consumer)).isEqualTo("2");
      }
      assertThat(messages(other)).isZero();
      try (Session session = session(connection)) {
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(next(consumer)).isEqualTo("2");
        assertThat(consumer.receiveNoWait()).isNull();
      }
    }
  }

  @Test
  void eachMessageIsAcknowledgedForItself() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect()) {
      send(connection, queue, "0", "1", "2", "3");
      try (Session session = connection.createSession(INDIVIDUAL_ACKNOWLEDGE)) {
        MessageConsumer consumer = session.createConsumer(queue);
        List<Message> got = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          got.add(consumer.receive(Jms.WAIT));
        }
        got.get(3).acknowledge();
        got.get(1).acknowledge();
      }
      try (Session session = session(connection)) {
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(next(consumer)).isEqualTo("0");
        assertThat(next(consumer)).isEqualTo("2");
        assertThat(consumer.receiveNoWait()).isNull();
      }
    }
  }

  @Test
  void recoverBringsBackWhatIsNotAcknowledged() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
      send(connection, queue, "0", "1", "2");
      MessageConsumer consumer = session.createConsumer(queue);
      consumer.receive(Jms.WAIT).acknowledge();
      assertThat(next(consumer)).isEqualTo("1");
      session.recover();
      Message again = consumer.receive(Jms.WAIT);
      assertThat(again.getBody(String.class)).isEqualTo("1");
      assertThat(again.getJMSRedelivered()).isTrue();
      Message last = consumer.receive(Jms.WAIT);
      assertThat(last.getBody(String.class)).isEqualTo("2");
      last.acknowledge();
    }
    assertThat(messages(queue)).isZero();
  }

  @Test
  void aListenerThatThrowsGetsTheMessageAgain() throws Exception {
    Queue queue = queue();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(3);
    try (Connection connection = connect();
        Session session = session(connection)) {
      session
          .createConsumer(queue)
          .setMessageListener(
              message -> {
                done.countDown();
                if (calls.incrementAndGet() < 3) {
                  throw new IllegalStateException("not yet");
                }
              });
      send(connection, queue, "stubborn");
      assertThat(done.await(Jms.WAIT, TimeUnit.MILLISECONDS)).isTrue();
    }
    assertThat(messages(queue)).isZero();
  }

  @Test
  void theSimplifiedInterfaceDoesItAll() {
    try (JMSContext context = Jms.factory("").createContext(JMSContext.CLIENT_ACKNOWLEDGE)) {
      Queue queue = queue();
      context.createProducer().setProperty("own", 5).setPriority(9).send(queue, "body");
      try (var consumer = context.createConsumer(queue, "own = 5")) {
        assertThat(consumer.receiveBody(String.class, Jms.WAIT)).isEqualTo("body");
        context.acknowledge();
      }
      try (var consumer = context.createConsumer(queue)) {
        assertThat(consumer.receiveNoWait()).isNull();
      }
    }
  }
}
