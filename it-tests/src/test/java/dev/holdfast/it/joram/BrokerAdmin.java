package dev.holdfast.it.joram;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import javax.naming.Context;
import javax.naming.NamingException;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.JmsQueue;
import org.apache.qpid.jms.JmsTopic;
import org.objectweb.jtests.jms.admin.Admin;

/**
 * How the suite makes and drops what it needs: queues and topics by the management API of one
 * broker for all its tests, the objects for clients in a directory of names in memory.
 *
 * <p>The suite makes one of these for each test. It wants {@code javax.jms}, so it runs with Qpid
 * JMS 1.x (see the pom), of which this class uses only what has the same name in 2.x.
 */
public final class BrokerAdmin implements Admin {
  private static final Names NAMES = new Names();

  /** The one broker; it ends with this process. */
  private static final class Running {
    static final BrokerProcess BROKER;
    static final TestUser USER;

    static {
      Scratch scratch = Scratch.create();
      BROKER = BrokerProcess.start(BrokerOptions.in(scratch));
      USER = TestUser.generated(BROKER.cli(), "joram");
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    BROKER.kill();
                    scratch.close();
                  }));
    }
  }

  @Override
  public String getName() {
    return "Holdfast";
  }

  @Override
  public Context createContext() throws NamingException {
    return NAMES.context();
  }

  @Override
  public void createConnectionFactory(String name) {
    String uri = "amqp://127.0.0.1:" + Running.BROKER.ready().tcp().getPort();
    NAMES.bind(name, new JmsConnectionFactory(Running.USER.name(), Running.USER.password(), uri));
  }

  @Override
  public void createQueueConnectionFactory(String name) {
    createConnectionFactory(name);
  }

  @Override
  public void createTopicConnectionFactory(String name) {
    createConnectionFactory(name);
  }

  @Override
  public void createQueue(String name) {
    Running.BROKER.api().createQueue(name);
    NAMES.bind(name, new JmsQueue(name));
  }

  @Override
  public void createTopic(String name) {
    Running.BROKER.api().createTopic(name);
    NAMES.bind(name, new JmsTopic(name));
  }

  @Override
  public void deleteQueue(String name) {
    NAMES.unbind(name);
    Running.BROKER.api().deleteQueue(name);
  }

  @Override
  public void deleteTopic(String name) {
    NAMES.unbind(name);
    Running.BROKER.api().deleteTopic(name);
  }

  @Override
  public void deleteConnectionFactory(String name) {
    NAMES.unbind(name);
  }

  @Override
  public void deleteQueueConnectionFactory(String name) {
    NAMES.unbind(name);
  }

  @Override
  public void deleteTopicConnectionFactory(String name) {
    NAMES.unbind(name);
  }

  @Override
  public void startServer() {
    // The broker starts with the first node and serves all tests.
  }

  @Override
  public void stopServer() {
    // It ends with this process.
  }

  @Override
  public void start() {
    // Nothing is kept per test.
  }

  @Override
  public void stop() {
    // Nothing is kept per test.
  }
}
