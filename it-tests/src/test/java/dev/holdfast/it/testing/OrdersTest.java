package dev.holdfast.it.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.broker.testing.TestBroker;
import dev.holdfast.broker.testing.TestBrokerExtension;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import jakarta.jms.JMSContext;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OrdersTest {
  @RegisterExtension static final TestBrokerExtension BROKER = new TestBrokerExtension();

  @Test
  void anOrderArrives(TestBroker broker) {
    broker.createQueue("orders");
    try (Holdfast holdfast = Holdfast.connect(broker.uri())) {
      holdfast.producer("orders").send(Message.text("two coffees"));

      Delivery order = holdfast.consumer("orders").receive(Duration.ofSeconds(10)).orElseThrow();
      assertEquals("two coffees", order.message().bodyAsText());
      order.release();
    }
    assertEquals(1, broker.messages("orders"));
  }

  @Test
  void anyClientCanLogIn(TestBroker broker) {
    broker.createQueue("invoices");
    JmsConnectionFactory factory =
        new JmsConnectionFactory(broker.user(), broker.password(), broker.amqpUri());
    try (JMSContext jms = factory.createContext()) {
      jms.createProducer().send(jms.createQueue("invoices"), "12.50");
    }
    assertEquals(1, broker.messages("invoices"));
  }

  @Test
  void whatIsTooLargeIsRefused() {
    try (TestBroker broker = TestBroker.start("amqp.max-message-size=1KiB")) {
      broker.manage("POST", "/queues", "{\"name\":\"orders\",\"maxMessages\":10}");
      try (Holdfast holdfast = Holdfast.connect(broker.uri())) {
        Producer orders = holdfast.producer("orders");
        assertThrows(
            HoldfastException.class, () -> orders.send(Message.text("coffee ".repeat(500))));
      }
    }
  }
}
