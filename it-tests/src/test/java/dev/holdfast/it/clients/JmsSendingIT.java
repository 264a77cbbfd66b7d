package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsQueue;
import org.junit.jupiter.api.Test;

/** What a producer can ask for: completion, priority, time to live, size. */
class JmsSendingIT {

  private static final class Completions implements CompletionListener {
    final List<String> ends = new CopyOnWriteArrayList<>();
    final CountDownLatch all;

    Completions(int count) {
      all = new CountDownLatch(count);
    }

    @Override
    public void onCompletion(Message message) {
      end(message, "");
    }

    @Override
    public void onException(Message message, Exception exception) {
      end(message, " failed");
    }

    private void end(Message message, String how) {
      try {
        ends.add(message.getBody(String.class) + how);
      } catch (JMSException e) {
        ends.add(e.toString());
      }
      all.countDown();
    }

    void await() throws InterruptedException {
      assertThat(all.await(Jms.WAIT, TimeUnit.MILLISECONDS)).as(() -> ends.toString()).isTrue();
    }
  }

  @Test
  void asynchronousSendsCompleteInOrderOnceStored() throws Exception {
    Queue queue = queue();
    Completions completions = new Completions(500);
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 500; i++) {
        producer.send(session.createTextMessage("" + i), completions);
      }
      completions.await();
    }
    for (int i = 0; i < 500; i++) {
      assertThat(completions.ends.get(i)).isEqualTo("" + i);
    }
    SharedBroker.broker().cli().awaitMessages(queue.getQueueName(), 500);
  }

  @Test
  void anAsynchronousSendThatIsRefusedSaysSo() throws Exception {
    Queue queue = queue();
    Completions completions = new Completions(2);
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(null);
      producer.send(
          session.createQueue("no.such.queue"), session.createTextMessage("lost"), completions);
      producer.send(queue, session.createTextMessage("stored"), completions);
      completions.await();
    }
    assertThat(completions.ends).containsExactlyInAnyOrder("lost failed", "stored");
  }

  @Test
  void aPrioritisedQueueGivesTheHighestFirst() throws JMSException {
    String name = Jms.unique("jms.priorities");
    SharedBroker.broker()
        .api()
        .call("POST", "/queues", "{\"name\":\"" + name + "\",\"prioritised\":true}");
    Queue queue = new JmsQueue(name);
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int priority : new int[] {4, 0, 9, 5, 9, 0}) {
        producer.setPriority(priority);
        send(session, producer, "of " + priority);
      }
      MessageConsumer consumer = session.createConsumer(queue);
      for (int priority : new int[] {9, 9, 5, 4, 0, 0}) {
        Message message = consumer.receive(Jms.WAIT);
        assertThat(message.getBody(String.class)).isEqualTo("of " + priority);
        assertThat(message.getJMSPriority()).isEqualTo(priority);
      }
    }
  }

  @Test
  void whatHasExpiredIsNotDelivered() throws JMSException {
    Queue queue = queue();
    String dead = queue.getQueueName() + "/$dead-letter";
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      producer.setTimeToLive(1);
      send(session, producer, "too late");
      producer.setTimeToLive(600_000);
      send(session, producer, "in time");
      await().until(() -> SharedBroker.broker().cli().messages(dead) == 1);
      MessageConsumer consumer = session.createConsumer(queue);
      Message inTime = consumer.receive(Jms.WAIT);
      assertThat(inTime.getBody(String.class)).isEqualTo("in time");
      assertThat(inTime.getJMSExpiration()).isGreaterThan(inTime.getJMSTimestamp());
      assertThat(consumer.receiveNoWait()).isNull();
    }
    JsonNode letters = SharedBroker.broker().cli().json("msg", "peek", dead);
    assertThat(letters.toString()).contains("too late");
  }

  @Test
  void largeMessagesAreKeptByteForByte() throws JMSException {
    Queue queue = queue();
    byte[] body = new byte[15 << 20];
    new Random(15).nextBytes(body);
    try (Connection connection = connect();
        Session session = session(connection)) {
      BytesMessage message = session.createBytesMessage();
      message.writeBytes(body);
      session.createProducer(queue).send(message);
      assertThat(session.createConsumer(queue).receive(Jms.WAIT).getBody(byte[].class))
          .isEqualTo(body);
    }
  }

  @Test
  void aMessageAboveTheLimitIsRefusedAndTheConnectionLives() throws JMSException {
    String name = Jms.unique("jms.small");
    SharedBroker.broker()
        .api()
        .call("POST", "/queues", "{\"name\":\"" + name + "\",\"maxMessageBytes\":100000}");
    try (Connection connection = connect();
        Session session = session(connection)) {
      BytesMessage message = session.createBytesMessage();
      message.writeBytes(new byte[200_000]);
      MessageProducer producer = session.createProducer(new JmsQueue(name));
      assertThatThrownBy(() -> producer.send(message)).isInstanceOf(JMSException.class);
      send(connection, new JmsQueue(name), "small");
      assertThat(next(session.createConsumer(new JmsQueue(name)))).isEqualTo("small");
    }
  }

  @Test
  void theMessagesOfAGroupGoToOneConsumerAtATime() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect("jms.prefetchPolicy.all=1");
        Session one = session(connection);
        Session two = session(connection)) {
      MessageConsumer first = one.createConsumer(queue);
      MessageConsumer second = two.createConsumer(queue);
      MessageProducer producer = one.createProducer(queue);
      for (int i = 0; i < 40; i++) {
        Message message = one.createTextMessage("" + i);
        message.setStringProperty("JMSXGroupID", "group " + i % 3);
        producer.send(message);
      }
      java.util.Map<String, MessageConsumer> holder = new java.util.HashMap<>();
      java.util.Map<String, Integer> last = new java.util.HashMap<>();
      int got = 0;
      while (got < 40) {
        for (MessageConsumer consumer : List.of(first, second)) {
          Message message = consumer.receive(200);
          if (message != null) {
            got++;
            String group = message.getStringProperty("JMSXGroupID");
            int number = Integer.parseInt(message.getBody(String.class));
            assertThat(holder.computeIfAbsent(group, g -> consumer)).isSameAs(consumer);
            assertThat(last.getOrDefault(group, -1)).isLessThan(number);
            last.put(group, number);
          }
        }
      }
    }
  }
}
