package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.queue;
import static dev.holdfast.it.clients.Jms.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.it.harness.SharedBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.Test;

/** Temporary destinations and what they are for: request and reply. */
class JmsTemporaryIT {

  @Test
  void requestsGetTheirReplies() throws JMSException {
    Queue service = queue();
    try (Connection server = connect();
        Connection client = connect();
        Session serving = session(server);
        Session asking = session(client)) {
      serving
          .createConsumer(service)
          .setMessageListener(request -> reply(serving, (TextMessage) request));
      TemporaryQueue replies = asking.createTemporaryQueue();
      MessageConsumer consumer = asking.createConsumer(replies);
      for (int i = 0; i < 20; i++) {
        TextMessage request = asking.createTextMessage("" + i);
        request.setJMSReplyTo(replies);
        asking.createProducer(service).send(request);
        Message reply = consumer.receive(Jms.WAIT);
        assertThat(reply.getBody(String.class)).isEqualTo("reply to " + i);
        assertThat(reply.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
      }
    }
  }

  private static void reply(Session session, TextMessage request) {
    try {
      TextMessage reply = session.createTextMessage("reply to " + request.getText());
      reply.setJMSCorrelationID(request.getJMSMessageID());
      session.createProducer(null).send(request.getJMSReplyTo(), reply);
    } catch (JMSException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTemporaryTopicReachesAllItsSubscribers() throws JMSException {
    try (Connection connection = connect();
        Session session = session(connection)) {
      TemporaryTopic topic = session.createTemporaryTopic();
      MessageConsumer one = session.createConsumer(topic);
      MessageConsumer two = session.createConsumer(topic);
      Jms.send(connection, topic, "all");
      assertThat(next(one)).isEqualTo("all");
      assertThat(next(two)).isEqualTo("all");
    }
  }

  @Test
  void namesDiffer() throws JMSException {
    try (Connection connection = connect();
        Session session = session(connection)) {
      assertThat(session.createTemporaryQueue().getQueueName())
          .isNotEqualTo(session.createTemporaryQueue().getQueueName());
      assertThat(session.createTemporaryTopic().getTopicName())
          .isNotEqualTo(session.createTemporaryTopic().getTopicName());
    }
  }

  @Test
  void aTemporaryQueueGoesWithItsConnection() throws JMSException {
    String name;
    try (Connection connection = connect();
        Session session = session(connection)) {
      TemporaryQueue queue = session.createTemporaryQueue();
      name = queue.getQueueName();
      Jms.send(connection, queue, "left behind");
      SharedBroker.broker().cli().awaitMessages(name, 1);
    }
    await().until(() -> SharedBroker.broker().cli().run("queue", "info", name).exitCode() == 3);
  }

  @Test
  void aDeletedOneIsGone() throws JMSException {
    try (Connection connection = connect();
        Connection other = connect();
        Session session = session(connection);
        Session elsewhere = session(other)) {
      TemporaryQueue queue = session.createTemporaryQueue();
      MessageConsumer consumer = session.createConsumer(queue);
      assertThatThrownBy(queue::delete).as("it has a consumer").isInstanceOf(JMSException.class);
      consumer.close();
      queue.delete();
      assertThatThrownBy(
              () ->
                  elsewhere
                      .createProducer(elsewhere.createQueue(queue.getQueueName()))
                      .send(elsewhere.createTextMessage("too late")))
          .isInstanceOf(JMSException.class);
    }
  }
}
