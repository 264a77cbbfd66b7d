package dev.holdfast.it.clients;

import static dev.holdfast.it.clients.Jms.connect;
import static dev.holdfast.it.clients.Jms.connectAs;
import static dev.holdfast.it.clients.Jms.next;
import static dev.holdfast.it.clients.Jms.send;
import static dev.holdfast.it.clients.Jms.session;
import static dev.holdfast.it.clients.Jms.topic;
import static dev.holdfast.it.clients.Jms.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.Connection;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics and every kind of subscription of JMS. */
class JmsTopicsIT {

  @Test
  void everySubscriberGetsEveryMessageFromItsBeginningOn() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connect();
        Session session = session(connection)) {
      MessageConsumer one = session.createConsumer(topic);
      send(connection, topic, "first");
      MessageConsumer two = session.createConsumer(topic);
      send(connection, topic, "second");
      assertThat(next(one)).isEqualTo("first");
      assertThat(next(one)).isEqualTo("second");
      assertThat(next(two)).isEqualTo("second");
      assertThat(one.receiveNoWait()).isNull();
      assertThat(two.receiveNoWait()).isNull();
    }
  }

  @Test
  void aTopicWithoutSubscribersTakesMessagesForNobody() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connect();
        Session session = session(connection)) {
      send(connection, topic, "gone");
      assertThat(session.createConsumer(topic).receiveNoWait()).isNull();
    }
  }

  @Test
  void whatANotDurableSubscriberMissesIsGone() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connect();
        Session session = session(connection)) {
      session.createConsumer(topic).close();
      send(connection, topic, "missed");
      MessageConsumer again = session.createConsumer(topic);
      send(connection, topic, "here");
      assertThat(next(again)).isEqualTo("here");
    }
  }

  @Test
  void aDurableSubscriptionKeepsWhatCameMeanwhile() throws JMSException {
    Topic topic = topic();
    String clientId = unique("client");
    try (Connection connection = connectAs(clientId);
        Session session = session(connection)) {
      MessageConsumer consumer = session.createDurableConsumer(topic, "mine");
      send(connection, topic, "0");
      assertThat(next(consumer)).isEqualTo("0");
      consumer.close();
      send(connection, topic, "1");
    }
    try (Connection other = connect()) {
      send(other, topic, "2");
    }
    try (Connection connection = connectAs(clientId);
        Session session = session(connection)) {
      MessageConsumer consumer = session.createDurableConsumer(topic, "mine");
      assertThat(next(consumer)).isEqualTo("1");
      assertThat(next(consumer)).isEqualTo("2");
      assertThat(consumer.receiveNoWait()).isNull();
      consumer.close();
      session.unsubscribe("mine");
    }
  }

  @Test
  void anUnacknowledgedMessageOfADurableSubscriptionComesAgain() throws JMSException {
    Topic topic = topic();
    String clientId = unique("client");
    try (Connection connection = connectAs(clientId);
        Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
      MessageConsumer consumer = session.createDurableConsumer(topic, "mine");
      send(connection, topic, "again");
      assertThat(next(consumer)).isEqualTo("again");
    }
    try (Connection connection = connectAs(clientId);
        Session session = session(connection)) {
      Message again = session.createDurableConsumer(topic, "mine").receive(Jms.WAIT);
      assertThat(again.getBody(String.class)).isEqualTo("again");
      assertThat(again.getJMSRedelivered()).isTrue();
    }
  }

  @Test
  void unsubscribingEndsASubscription() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connectAs(unique("client"));
        Session session = session(connection)) {
      MessageConsumer consumer = session.createDurableConsumer(topic, "mine");
      assertThatThrownBy(() -> session.unsubscribe("mine")).isInstanceOf(JMSException.class);
      consumer.close();
      send(connection, topic, "forgotten");
      session.unsubscribe("mine");
      assertThatThrownBy(() -> session.unsubscribe("mine"))
          .isInstanceOf(InvalidDestinationException.class);
      MessageConsumer anew = session.createDurableConsumer(topic, "mine");
      send(connection, topic, "kept");
      assertThat(next(anew)).isEqualTo("kept");
    }
  }

  @Test
  void aDurableSubscriptionHasOneConsumerAtATime() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connectAs(unique("client"));
        Session session = session(connection);
        Session other = session(connection)) {
      session.createDurableConsumer(topic, "mine");
      assertThatThrownBy(() -> other.createDurableConsumer(topic, "mine"))
          .isInstanceOf(JMSException.class);
    }
  }

  @Test
  void aDurableSubscriptionWithAnotherSelectorReplacesTheFormerOne() throws JMSException {
    Topic topic = topic();
    try (Connection connection = connectAs(unique("client"));
        Session session = session(connection)) {
      session.createDurableConsumer(topic, "mine", "kind = 'a'", false).close();
      send(connection, topic, "before");
      MessageConsumer changed = session.createDurableConsumer(topic, "mine", "kind = 'b'", false);
      Message wanted = session.createTextMessage("after");
      wanted.setStringProperty("kind", "b");
      session.createProducer(topic).send(wanted);
      assertThat(next(changed)).isEqualTo("after");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void consumersOfASharedSubscriptionShareItsMessages(boolean withClientId) throws JMSException {
    Topic topic = topic();
    String name = unique("shared");
    try (Connection connection = withClientId ? connectAs(unique("client")) : connect();
        Session session = session(connection);
        Session other = session(connection)) {
      MessageConsumer one = session.createSharedConsumer(topic, name);
      MessageConsumer two = other.createSharedConsumer(topic, name);
      MessageConsumer alone = session.createConsumer(topic);
      assertShared(connection, topic, one, two);
      for (int i = 0; i < 20; i++) {
        assertThat(next(alone)).isEqualTo("" + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void consumersOfASharedDurableSubscriptionShareItsMessages(boolean withClientId)
      throws JMSException {
    Topic topic = topic();
    String name = unique("shared");
    String clientId = unique("client");
    try (Connection connection = withClientId ? connectAs(clientId) : connect();
        Session session = session(connection);
        Session other = session(connection)) {
      MessageConsumer one = session.createSharedDurableConsumer(topic, name);
      MessageConsumer two = other.createSharedDurableConsumer(topic, name);
      assertShared(connection, topic, one, two);
      one.close();
      two.close();
      send(connection, topic, "meanwhile");
    }
    try (Connection connection = withClientId ? connectAs(clientId) : connect();
        Session session = session(connection)) {
      MessageConsumer consumer = session.createSharedDurableConsumer(topic, name);
      assertThat(next(consumer)).isEqualTo("meanwhile");
      consumer.close();
      session.unsubscribe(name);
    }
  }

  private static void assertShared(
      Connection connection, Topic topic, MessageConsumer one, MessageConsumer two)
      throws JMSException {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      send(connection, topic, "" + i);
      expected.add("" + i);
    }
    List<String> got = new ArrayList<>();
    int ofOne = 0;
    while (got.size() < 20) {
      Message message = one.receiveNoWait();
      ofOne += message == null ? 0 : 1;
      got.add(message == null ? next(two) : message.getBody(String.class));
    }
    assertThat(got).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(ofOne).isBetween(1, 19);
    assertThat(one.receiveNoWait()).isNull();
    assertThat(two.receiveNoWait()).isNull();
  }

  @Test
  void clientsWithoutAnIdShareAcrossConnections() throws JMSException {
    Topic topic = topic();
    String name = unique("global");
    try (Connection first = connect();
        Connection second = connect();
        Session one = session(first);
        Session two = session(second)) {
      MessageConsumer here = one.createSharedConsumer(topic, name);
      MessageConsumer there = two.createSharedConsumer(topic, name);
      assertShared(first, topic, here, there);
    }
  }

  @Test
  void nameOfASubscriptionBelongsToItsClient() throws JMSException {
    Topic topic = topic();
    try (Connection first = connectAs(unique("client"));
        Connection second = connectAs(unique("client"));
        Session one = session(first);
        Session two = session(second)) {
      MessageConsumer here = one.createDurableConsumer(topic, "same");
      MessageConsumer there = two.createDurableConsumer(topic, "same");
      send(first, topic, "both");
      assertThat(next(here)).isEqualTo("both");
      assertThat(next(there)).isEqualTo("both");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noLocalKeepsOutWhatTheConnectionPublishes(boolean durable) throws JMSException {
    Topic topic = topic();
    try (Connection connection = connectAs(unique("client"));
        Connection other = connect();
        Session session = session(connection)) {
      MessageConsumer consumer =
          durable
              ? session.createDurableConsumer(topic, "remote", null, true)
              : session.createConsumer(topic, null, true);
      send(connection, topic, "own");
      send(other, topic, "foreign");
      assertThat(next(consumer)).isEqualTo("foreign");
      assertThat(consumer.receiveNoWait()).isNull();
    }
  }

  @Test
  void aClientIdIsUsedByOneConnectionAtATime() throws JMSException {
    String clientId = unique("client");
    for (int round = 0; round < 3; round++) {
      try (Connection connection = connectAs(clientId)) {
        assertThat(connection.getClientID()).isEqualTo(clientId);
        assertThatThrownBy(() -> connectAs(clientId)).isInstanceOf(InvalidClientIDException.class);
      }
    }
  }

  @Test
  void aMissingTopicIsRefused() throws JMSException {
    try (Connection connection = connect();
        Session session = session(connection)) {
      Topic missing = session.createTopic("no.such.topic");
      assertThatThrownBy(() -> session.createConsumer(missing))
          .isInstanceOf(InvalidDestinationException.class);
      assertThatThrownBy(() -> session.createProducer(missing))
          .isInstanceOf(InvalidDestinationException.class);
    }
  }

  @Test
  void aQueueIsNoTopicAndATopicNoQueue() throws JMSException {
    Topic topic = topic();
    String queue = Jms.queue().getQueueName();
    try (Connection connection = connect();
        Session session = session(connection)) {
      assertThatThrownBy(() -> session.createConsumer(session.createTopic(queue)))
          .isInstanceOf(JMSException.class);
      assertThatThrownBy(() -> session.createConsumer(session.createQueue(topic.getTopicName())))
          .isInstanceOf(JMSException.class);
    }
  }
}
