package dev.holdfast.broker.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestBrokerTest {
  @Test
  void twoRunSideBySideAndLeaveNothingBehind() throws Exception {
    Path first;
    Path second;
    try (TestBroker one = TestBroker.start();
        TestBroker other = TestBroker.start()) {
      first = directory(one);
      second = directory(other);
      one.createQueue("orders");
      other.createQueue("orders");
      one.createTopic("prices");
      one.manage("POST", "/queues/orders/messages", "{\"body\":{\"text\":\"x\"}}");
      assertThat(one.messages("orders")).isEqualTo(1);
      assertThat(other.messages("orders")).isZero();
      one.deleteQueue("orders");
      assertThatThrownBy(() -> one.messages("orders"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("orders");
      assertThat(one.password()).hasSizeGreaterThan(15).isNotEqualTo(other.password());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
          .isEqualTo("rwx------");
      one.close();
      one.close();
      assertThat(other.messages("orders")).isZero();
    }
    assertThat(first).doesNotExist();
    assertThat(second).doesNotExist();
  }

  @Test
  void aStrangerStaysOutside() throws Exception {
    try (TestBroker broker = TestBroker.start();
        Socket socket = new Socket("127.0.0.1", broker.port())) {
      assertThat(broker.amqpUri()).isEqualTo("amqp://127.0.0.1:" + broker.port());
      // AMQP without SASL: the broker answers with the header of SASL and ends it.
      socket.getOutputStream().write(new byte[] {'A', 'M', 'Q', 'P', 0, 1, 0, 0});
      assertThat(socket.getInputStream().readNBytes(8))
          .containsExactly('A', 'M', 'Q', 'P', 3, 1, 0, 0);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void settingsAreHeededAndMistakesLeaveNothingBehind() throws Exception {
    try (TestBroker broker = TestBroker.start("amqp.max-message-size=1KiB")) {
      broker.createQueue("q");
      String large = "{\"body\":{\"text\":\"" + "x".repeat(2000) + "\"}}";
      assertThatThrownBy(() -> broker.manage("POST", "/queues/q/messages", large))
          .isInstanceOf(IllegalStateException.class);
      assertThat(broker.messages("q")).isZero();
    }
    for (String mistake : List.of("amqp.max-mesage-size=1KiB", "amqp.listen=192.0.2.1:0", "x")) {
      Path directory = Files.createTempDirectory("hf-test-");
      assertThatThrownBy(() -> TestBroker.startIn(directory, mistake))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(mistake.equals("x") ? "KEY=VALUE" : mistake.split("[.=]")[0]);
      assertThat(directory).doesNotExist();
    }
  }

  private static Path directory(TestBroker broker) {
    return Path.of(broker.adminUri().substring("unix://".length())).getParent().getParent();
  }
}
