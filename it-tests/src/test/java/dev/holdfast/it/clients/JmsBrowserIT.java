package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Looking at queues without taking anything. */
class JmsBrowserIT {

  private static List<String> browse(Session session, Queue queue, String selector)
      throws JMSException {
    List<String> texts = new ArrayList<>();
    try (QueueBrowser browser = session.createBrowser(queue, selector)) {
      Enumeration<?> messages = browser.getEnumeration();
      while (messages.hasMoreElements()) {
        texts.add(((Message) messages.nextElement()).getBody(String.class));
      }
    }
    return texts;
  }

  @Test
  void aBrowserSeesAllInOrderAndTakesNothing() throws JMSException {
    Queue queue = queue();
    String[] texts = IntStream.range(0, 300).mapToObj(i -> "" + i).toArray(String[]::new);
    try (Connection connection = connect();
        Session session = session(connection)) {
      assertThat(browse(session, queue, null)).isEmpty();
      send(connection, queue, texts);
      assertThat(browse(session, queue, null)).containsExactly(texts);
      assertThat(browse(session, queue, null)).containsExactly(texts);
      SharedBroker.broker().cli().awaitMessages(queue.getQueueName(), 300);
      MessageConsumer consumer = session.createConsumer(queue);
      for (String text : texts) {
        Message message = consumer.receive(Jms.WAIT);
        assertThat(message.getBody(String.class)).isEqualTo(text);
        assertThat(message.getJMSRedelivered()).as("browsing is no delivery").isFalse();
      }
      assertThat(browse(session, queue, null)).isEmpty();
    }
  }

  @Test
  void aBrowserWithASelectorSeesWhatFits() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 10; i++) {
        TextMessage message = session.createTextMessage("" + i);
        message.setIntProperty("number", i);
        producer.send(message);
      }
      assertThat(browse(session, queue, "number > 6")).containsExactly("7", "8", "9");
      assertThat(browse(session, queue, "number > 60")).isEmpty();
    }
  }

  @Test
  void whatIsAcknowledgedIsNotSeenAndWhatIsLeftIs() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect("jms.prefetchPolicy.all=0");
        Session session = session(connection)) {
      send(connection, queue, "0", "1", "2", "3");
      MessageConsumer consumer = session.createConsumer(queue);
      assertThat(next(consumer)).isEqualTo("0");
      assertThat(next(consumer)).isEqualTo("1");
      consumer.close();
      assertThat(browse(session, queue, null)).containsExactly("2", "3");
    }
  }

  @Test
  void severalBrowsersDoNotDisturbEachOther() throws JMSException {
    Queue queue = queue();
    try (Connection connection = connect();
        Session session = session(connection)) {
      send(connection, queue, "a", "b", "c");
      try (QueueBrowser one = session.createBrowser(queue);
          QueueBrowser two = session.createBrowser(queue)) {
        Enumeration<?> first = one.getEnumeration();
        Enumeration<?> second = two.getEnumeration();
        for (String expected : new String[] {"a", "b", "c"}) {
          assertThat(((Message) first.nextElement()).getBody(String.class)).isEqualTo(expected);
          assertThat(((Message) second.nextElement()).getBody(String.class)).isEqualTo(expected);
        }
        assertThat(first.hasMoreElements()).isFalse();
        assertThat(second.hasMoreElements()).isFalse();
      }
    }
  }
}
