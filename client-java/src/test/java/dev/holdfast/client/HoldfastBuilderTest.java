package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.client.HoldfastException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoldfastBuilderTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost",
        "localhost:5672",
        "amqp://",
        "amqp://localhost/orders",
        "amqp://user:secret@localhost",
        "amqp://local host",
        "unix://host/amqp.sock",
        "unix:///"
      })
  void wrongAddressesAreInvalid(String uri) {
    HoldfastException failed = invalid(() -> Holdfast.connect(uri));
    assertThat(failed).hasMessageNotContaining("secret");
  }

  @Test
  void optionsThatDoNotFitAreInvalid() {
    invalid(() -> Holdfast.builder("amqp://localhost").user("alice").connect());
    invalid(() -> Holdfast.builder("amqp://localhost").trust(Path.of("ca.pem")).connect());
    invalid(() -> Holdfast.builder("amqps://localhost").trust(Path.of("/none.pem")).connect());
    invalid(() -> Holdfast.builder("amqp://localhost").connectTimeout(Duration.ZERO).connect());
    assertThat(
            invalid(
                () ->
                    Holdfast.builder("amqp://broker.example")
                        .user("alice")
                        .password("secret".toCharArray())
                        .connect()))
        .hasMessageContaining("amqps")
        .hasMessageNotContaining("secret");
  }

  @Test
  void messagesRefuseWhatAmqpCannotCarry() {
    invalid(() -> Message.builder().priority(10));
    invalid(() -> Message.builder().ttl(Duration.ZERO));
    invalid(() -> Message.builder().property("list", java.util.List.of()));
    invalid(() -> Message.builder().annotation("mine", "x"));
  }

  private static HoldfastException invalid(ThrowingCallable call) {
    HoldfastException failed = catchThrowableOfType(HoldfastException.class, call);
    assertThat(failed.reason()).isEqualTo(Reason.INVALID);
    return failed;
  }
}
