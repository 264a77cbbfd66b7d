package dev.holdfast.broker.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each class inside uses the extension in one of its ways. */
class TestBrokerExtensionTest {
  @Nested
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  class OnePerClass {
    @RegisterExtension
    static final TestBrokerExtension HOLDFAST =
        new TestBrokerExtension("amqp.max-message-size=2KiB");

    static TestBroker seen;

    @BeforeAll
    static void isThereBefore(TestBroker broker) {
      broker.createQueue("orders");
      seen = broker;
    }

    @AfterAll
    static void isThereAfter(TestBroker broker) {
      assertThat(broker.messages("orders")).isZero();
    }

    @Test
    @Order(1)
    void allTestsHaveTheSame(TestBroker broker) {
      assertThat(broker).isSameAs(seen).isSameAs(HOLDFAST.broker());
      String large = "{\"body\":{\"text\":\"" + "x".repeat(3000) + "\"}}";
      assertThatThrownBy(() -> broker.manage("POST", "/queues/orders/messages", large))
          .isInstanceOf(IllegalStateException.class);
      assertThat(broker.messages("orders")).isZero();
    }

    @Nested
    @Order(2)
    class InNestedClassesToo {
      @Test
      void itIsTheSame(TestBroker broker) {
        assertThat(broker).isSameAs(seen);
        assertThat(broker.messages("orders")).isZero();
      }
    }
  }

  @Nested
  @ExtendWith(TestBrokerExtension.class)
  class ByAnnotation {
    @Test
    void itIsThere(TestBroker broker) {
      broker.createQueue("orders");
    }
  }

  @Nested
  class OnePerTest {
    static final Set<TestBroker> BROKERS = new HashSet<>();

    @RegisterExtension final TestBrokerExtension holdfast = new TestBrokerExtension();

    @Test
    void theFirstIsEmpty(TestBroker broker) {
      isEmptyAndNew(broker);
    }

    @Test
    void theSecondIsEmpty(TestBroker broker) {
      isEmptyAndNew(broker);
    }

    private void isEmptyAndNew(TestBroker broker) {
      assertThat(broker).isSameAs(holdfast.broker());
      assertThat(BROKERS.add(broker)).as("a broker of its own").isTrue();
      broker.createQueue("orders");
    }
  }

  @Test
  void outsideOfTestsThereIsNone() {
    assertThatThrownBy(() -> new TestBrokerExtension().broker())
        .isInstanceOf(IllegalStateException.class);
  }
}
