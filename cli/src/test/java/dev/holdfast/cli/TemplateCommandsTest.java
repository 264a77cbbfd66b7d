package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code holdfast template}. */
class TemplateCommandsTest {
  private static final String JOBS =
      "{\"prefix\":\"jobs.\",\"createOnAttach\":true,\"maxDeliveries\":5,\"maxMessages\":0,"
          + "\"overflow\":\"reject\"}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @Test
  void lists() {
    broker.answer(200, "{\"templates\":[" + JOBS + "]}");
    assertThat(Cli.run(broker, "template", "list").out())
        .isEqualTo(
            """
            PREFIX  CREATES  DELIVERIES  MESSAGES  OVERFLOW
            jobs.   yes               5         -  reject
            """);
  }

  @Test
  void setsAndDeletes() {
    broker.answer(200, JOBS).answer(200, "{\"deleted\":\"jobs.\"}");
    assertThat(
            Cli.run(
                    broker,
                    "template",
                    "set",
                    "jobs.",
                    "--max-deliveries",
                    "5",
                    "--create-on-attach",
                    "--priorities")
                .out())
        .isEqualTo("template for jobs. stored\n");
    assertThat(Cli.run(broker, "template", "delete", "jobs.").out())
        .isEqualTo("template for jobs. deleted\n");
    assertThat(broker.requests())
        .containsExactly(
            "PUT /api/v1/templates/jobs%2E {\"maxDeliveries\":5,\"prioritised\":true,"
                + "\"createOnAttach\":true}",
            "DELETE /api/v1/templates/jobs%2E");
  }
}
