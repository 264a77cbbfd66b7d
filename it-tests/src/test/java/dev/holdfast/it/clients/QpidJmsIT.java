package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Qpid JMS against the broker. */
class QpidJmsIT {
  private static final long WAIT = 20_000;
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;
  private static TestUser user;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
    user = TestUser.generated(broker.cli(), "jms");
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  private static Connection connect(String options) throws JMSException {
    return connect(options, user.name(), user.password());
  }

  private static Connection connect(String options, String name, String password)
      throws JMSException {
    String uri = "amqp://127.0.0.1:" + broker.ready().tcp().getPort() + "?" + options;
    Connection connection = new JmsConnectionFactory(uri).createConnection(name, password);
    try {
      connection.start();
      return connection;
    } catch (JMSException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static Queue newQueue(Session session, TestInfo test) throws JMSException {
    String name = "jms." + test.getTestMethod().orElseThrow().getName();
    broker.api().createQueue(name);
    return session.createQueue(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"})
  void logsInWith(String mechanism) throws JMSException {
    try (Connection connection = connect("amqp.saslMechanisms=" + mechanism)) {
      assertThat(connection.getMetaData().getJMSMajorVersion()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"})
  void isRefusedWithAWrongPassword(String mechanism) {
    String options = "amqp.saslMechanisms=" + mechanism;
    assertThatThrownBy(() -> connect(options, user.name(), "wrong"))
        .isInstanceOf(JMSSecurityException.class);
    assertThatThrownBy(() -> connect(options, "nobody", user.password()))
        .isInstanceOf(JMSSecurityException.class);
  }

  @Test
  void isRefusedWithoutAName() {
    assertThatThrownBy(() -> connect("amqp.saslMechanisms=ANONYMOUS", null, null))
        .isInstanceOf(JMSException.class);
  }

  @Test
  void everyMessageTypeComesBackAsItWas(TestInfo test) throws JMSException {
    try (Connection connection = connect("");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(session, test);
      MessageProducer producer = session.createProducer(queue);
      TextMessage text = session.createTextMessage("text \u20ac");
      BytesMessage bytes = session.createBytesMessage();
      bytes.writeBytes(new byte[] {1, 2, 3});
      MapMessage map = session.createMapMessage();
      map.setLong("long", Long.MIN_VALUE);
      map.setBytes("bytes", new byte[] {4});
      StreamMessage stream = session.createStreamMessage();
      stream.writeInt(42);
      stream.writeString("and text");
      ObjectMessage object = session.createObjectMessage(new ArrayList<>(List.of("a", 1)));
      for (Message message : List.of(text, bytes, map, stream, object, session.createMessage())) {
        producer.send(message);
      }
      MessageConsumer consumer = session.createConsumer(queue);
      assertThat(consumer.receive(WAIT).getBody(String.class)).isEqualTo("text \u20ac");
      assertThat(consumer.receive(WAIT).getBody(byte[].class)).containsExactly(1, 2, 3);
      MapMessage gotMap = (MapMessage) consumer.receive(WAIT);
      assertThat(gotMap.getLong("long")).isEqualTo(Long.MIN_VALUE);
      assertThat(gotMap.getBytes("bytes")).containsExactly(4);
      StreamMessage gotStream = (StreamMessage) consumer.receive(WAIT);
      assertThat(gotStream.readInt()).isEqualTo(42);
      assertThat(gotStream.readString()).isEqualTo("and text");
      assertThat(consumer.receive(WAIT)).isInstanceOf(ObjectMessage.class);
      assertThat(consumer.receive(WAIT)).isNotNull();
    }
  }

  @Test
  void headersAndPropertiesComeBackAsTheyWere(TestInfo test) throws JMSException {
    try (Connection connection = connect("");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(session, test);
      MessageProducer producer = session.createProducer(queue);
      producer.setTimeToLive(TimeUnit.HOURS.toMillis(1));
      producer.setPriority(8);
      TextMessage sent = session.createTextMessage("body");
      sent.setJMSCorrelationID("correlation");
      sent.setJMSType("type");
      sent.setJMSReplyTo(queue);
      sent.setStringProperty("string", "value");
      sent.setDoubleProperty("double", 2.5);
      sent.setBooleanProperty("boolean", true);
      sent.setLongProperty("long", Long.MAX_VALUE);
      sent.setStringProperty("JMSXGroupID", "group");
      producer.send(sent);
      producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
      producer.setTimeToLive(0);
      producer.send(session.createTextMessage("not durable"));
      MessageConsumer consumer = session.createConsumer(queue);
      Message got = consumer.receive(WAIT);
      assertThat(got.getJMSMessageID()).isEqualTo(sent.getJMSMessageID());
      assertThat(got.getJMSCorrelationID()).isEqualTo("correlation");
      assertThat(got.getJMSType()).isEqualTo("type");
      assertThat(got.getJMSReplyTo()).isEqualTo(queue);
      assertThat(got.getJMSDestination()).isEqualTo(queue);
      assertThat(got.getJMSPriority()).isEqualTo(8);
      assertThat(got.getJMSExpiration()).isEqualTo(sent.getJMSExpiration());
      assertThat(got.getJMSTimestamp()).isEqualTo(sent.getJMSTimestamp());
      assertThat(got.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
      assertThat(got.getJMSRedelivered()).isFalse();
      assertThat(got.getStringProperty("string")).isEqualTo("value");
      assertThat(got.getDoubleProperty("double")).isEqualTo(2.5);
      assertThat(got.getBooleanProperty("boolean")).isTrue();
      assertThat(got.getLongProperty("long")).isEqualTo(Long.MAX_VALUE);
      assertThat(got.getStringProperty("JMSXGroupID")).isEqualTo("group");
      assertThat(consumer.receive(WAIT).getJMSDeliveryMode())
          .isEqualTo(DeliveryMode.NON_PERSISTENT);
    }
  }

  @Test
  void keepsOrderAndNeedsNoPrefetch(TestInfo test) throws JMSException {
    try (Connection connection = connect("jms.prefetchPolicy.all=0");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(session, test);
      MessageProducer producer = session.createProducer(queue);
      for (int i = 0; i < 100; i++) {
        producer.send(session.createTextMessage("" + i));
      }
      MessageConsumer consumer = session.createConsumer(queue);
      for (int i = 0; i < 100; i++) {
        assertThat(consumer.receive(WAIT).getBody(String.class)).isEqualTo("" + i);
      }
      assertThat(consumer.receive(100)).isNull();
    }
  }

  @Test
  void receivesAsynchronouslyFromAsynchronousSends(TestInfo test) throws Exception {
    try (Connection connection = connect("jms.forceAsyncSend=true");
        Session sending = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        Session receiving = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(sending, test);
      List<String> got = new CopyOnWriteArrayList<>();
      CountDownLatch all = new CountDownLatch(1000);
      receiving
          .createConsumer(queue)
          .setMessageListener(
              message -> {
                try {
                  got.add(message.getBody(String.class));
                } catch (JMSException e) {
                  got.add(e.toString());
                }
                all.countDown();
              });
      MessageProducer producer = sending.createProducer(queue);
      for (int i = 0; i < 1000; i++) {
        producer.send(sending.createTextMessage("" + i));
      }
      assertThat(all.await(WAIT, TimeUnit.MILLISECONDS)).isTrue();
      assertThat(got.get(0)).isEqualTo("0");
      assertThat(got.get(999)).isEqualTo("999");
    }
  }

  @Test
  void redeliversWhatWasNotAcknowledged(TestInfo test) throws JMSException {
    try (Connection connection = connect("")) {
      Queue queue;
      try (Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
        queue = newQueue(session, test);
        session.createProducer(queue).send(session.createTextMessage("again"));
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(consumer.receive(WAIT).getJMSRedelivered()).isFalse();
        session.recover();
        Message second = consumer.receive(WAIT);
        assertThat(second.getJMSRedelivered()).isTrue();
        assertThat(second.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
      }
      try (Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE)) {
        Message third = session.createConsumer(queue).receive(WAIT);
        assertThat(third.getJMSRedelivered()).isTrue();
        assertThat(third.getIntProperty("JMSXDeliveryCount")).isGreaterThan(1);
        third.acknowledge();
      }
      try (Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
        assertThat(session.createConsumer(queue).receiveNoWait()).isNull();
      }
    }
  }

  @Test
  void anEmptyQueueAnswersAtOnce(TestInfo test) throws JMSException {
    try (Connection connection = connect("");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(session, test);
      MessageConsumer consumer = session.createConsumer(queue);
      for (int i = 0; i < 20; i++) {
        assertThat(consumer.receiveNoWait()).isNull();
      }
      session.createProducer(queue).send(session.createTextMessage("here"));
      assertThat(consumer.receive(WAIT).getBody(String.class)).isEqualTo("here");
      assertThat(consumer.receive(50)).isNull();
    }
  }

  @Test
  void largeMessages(TestInfo test) throws JMSException {
    byte[] body = new byte[5 << 20];
    new Random(1).nextBytes(body);
    try (Connection connection = connect("");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue queue = newQueue(session, test);
      BytesMessage message = session.createBytesMessage();
      message.writeBytes(body);
      session.createProducer(queue).send(message);
      assertThat(session.createConsumer(queue).receive(WAIT).getBody(byte[].class)).isEqualTo(body);
    }
  }

  @Test
  void aMissingQueueIsRefused() throws JMSException {
    try (Connection connection = connect("");
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
      Queue missing = session.createQueue("no.such.queue");
      assertThatThrownBy(() -> session.createConsumer(missing))
          .isInstanceOf(InvalidDestinationException.class);
      assertThatThrownBy(() -> session.createProducer(missing))
          .isInstanceOf(InvalidDestinationException.class);
      MessageProducer anonymous = session.createProducer(null);
      assertThatThrownBy(() -> anonymous.send(missing, session.createTextMessage("lost")))
          .isInstanceOf(JMSException.class);
    }
  }
}
