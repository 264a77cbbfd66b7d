package dev.holdfast.it.harness;

/**
 * One broker for all tests that touch only nodes of their own: it starts with the first test that
 * asks for it and ends with this process.
 */
public final class SharedBroker {
  private static final BrokerProcess BROKER;
  private static final TestUser USER;

  static {
    Scratch scratch = Scratch.create();
    BROKER = BrokerProcess.start(BrokerOptions.in(scratch));
    USER = TestUser.generated(BROKER.cli(), "shared");
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  BROKER.kill();
                  scratch.close();
                }));
  }

  private SharedBroker() {}

  /**
   * The broker.
   *
   * @return it, ready
   */
  public static BrokerProcess broker() {
    return BROKER;
  }

  /**
   * An administrator of it.
   *
   * @return the user
   */
  public static TestUser user() {
    return USER;
  }

  /**
   * Where it listens.
   *
   * @return an URI without options
   */
  public static String uri() {
    return "amqp://127.0.0.1:" + BROKER.ready().tcp().getPort();
  }
}
