package dev.holdfast.broker.testing;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives the tests of a class a {@link TestBroker}, also as a parameter. In a static field with
 * {@code @RegisterExtension}, or by {@code @ExtendWith} at the class: one broker for all tests of
 * the class and of the classes nested in it. In an instance field: a new one for each test.
 */
public final class TestBrokerExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {
  private final String[] settings;
  private volatile @Nullable TestBroker running;
  private boolean perTest;
  private int classes;

  /** Brokers with the defaults. */
  public TestBrokerExtension() {
    this(new String[0]);
  }

  /** Brokers with settings, as {@link TestBroker#start} takes them. */
  public TestBrokerExtension(String... settings) {
    this.settings = settings.clone();
  }

  /**
   * The broker.
   *
   * @throws IllegalStateException outside of a test
   */
  public TestBroker broker() {
    TestBroker broker = running;
    if (broker == null) {
      throw new IllegalStateException("there is a broker only while a test runs");
    }
    return broker;
  }

  @Override
  public synchronized void beforeAll(ExtensionContext context) {
    // Again for each nested class.
    if (classes++ == 0) {
      running = TestBroker.start(settings);
    }
  }

  @Override
  public synchronized void beforeEach(ExtensionContext context) {
    if (running == null) {
      running = TestBroker.start(settings);
      perTest = true;
    }
  }

  @Override
  public synchronized void afterEach(ExtensionContext context) {
    if (perTest) {
      perTest = false;
      stop();
    }
  }

  @Override
  public synchronized void afterAll(ExtensionContext context) {
    if (--classes == 0) {
      stop();
    }
  }

  private void stop() {
    TestBroker broker = running;
    running = null;
    if (broker != null) {
      broker.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestBroker broker = running;
    if (broker == null) {
      throw new ParameterResolutionException(
          "the broker starts after this; use a static field with @RegisterExtension");
    }
    return broker;
  }
}
