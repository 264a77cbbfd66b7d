package dev.holdfast.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.broker.config.LogFormat;
import org.junit.jupiter.api.Test;

class LoggingTest {
  private static String line(LogFormat format, String message, Object... arguments) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent(
            LoggingTest.class.getName(),
            context.getLogger("dev.holdfast.Some"),
            Level.WARN,
            message,
            null,
            arguments);
    return new String(Logging.encoder(format, context).encode(event), UTF_8);
  }

  @Test
  void jsonIsOneObjectOnOneLine() throws Exception {
    String line = line(LogFormat.JSON, "Queue {} is \"stuck\"", "a\nb");
    assertThat(line).endsWith("\n").containsOnlyOnce("\n");
    JsonNode event = new ObjectMapper().readTree(line);
    assertThat(event.path("level").asText()).isEqualTo("WARN");
    assertThat(event.path("loggerName").asText()).isEqualTo("dev.holdfast.Some");
    assertThat(event.path("formattedMessage").asText()).isEqualTo("Queue a\nb is \"stuck\"");
    assertThat(event.path("timestamp").asLong()).isPositive();
  }

  @Test
  void textIsOneLineWhateverTheMessageHas() {
    assertThat(line(LogFormat.TEXT, "Queue {}", "a\nb"))
        .endsWith(" WARN  Some Queue a b\n")
        .containsOnlyOnce("\n");
  }
}
