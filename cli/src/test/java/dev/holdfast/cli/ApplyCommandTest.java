package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplyCommandTest {
  private static final String QUEUES =
      "{\"queues\":[{\"name\":\"a\",\"messages\":2,\"maxDeliveries\":10,\"retryJitter\":0.2,"
          + "\"prioritised\":false},{\"name\":\"old\",\"messages\":7},"
          + "{\"name\":\"$temp.1\",\"messages\":1}]}";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  private Cli apply(String document, String... options) {
    String[] words = new String[options.length + 2];
    words[0] = "apply";
    words[1] = "-";
    System.arraycopy(options, 0, words, 2, options.length);
    return Cli.runWithInput(broker, document, words);
  }

  @Test
  void makesAndChangesWhatDiffersAndNothingElse() {
    broker
        .answer(200, QUEUES)
        .answer(200, "{\"subscriptions\":[{\"source\":\"t\",\"name\":\"s\",\"shared\":true}]}")
        .answer(201, "{}")
        .answer(201, "{}")
        .answer(200, "{}")
        .answer(201, "{}");
    Cli cli =
        apply(
            "{\"queues\":[{\"name\":\"b\",\"deadLetterTo\":\"c\"},{\"name\":\"c\"},"
                + "{\"name\":\"a\",\"maxDeliveries\":5,\"retryJitter\":0.20,\"messages\":1}],"
                + "\"subscriptions\":[{\"source\":\"t\",\"name\":\"s\",\"start\":\"earliest\"},"
                + "{\"source\":\"t\",\"name\":\"n\",\"start\":\"earliest\"}]}");
    assertThat(cli.out())
        .isEqualTo(
            """
            + queue c
            + queue b deadLetterTo=c
            ~ queue a maxDeliveries=5 (was 10)
            + subscription t::n source=t start=earliest
            4 changes made, 1 nodes are so already
            """);
    assertThat(broker.requests())
        .containsExactly(
            "GET /api/v1/queues",
            "GET /api/v1/subscriptions",
            "POST /api/v1/queues {\"name\":\"c\"}",
            "POST /api/v1/queues {\"name\":\"b\",\"deadLetterTo\":\"c\"}",
            "PATCH /api/v1/queues/a {\"maxDeliveries\":5}",
            "POST /api/v1/subscriptions"
                + " {\"name\":\"n\",\"source\":\"t\",\"start\":\"earliest\"}");
  }

  @Test
  void prunesOnlyWhenAskedAndToldSo() {
    String document = "{\"queues\":[{\"name\":\"a\"}]}";
    broker
        .answer(200, QUEUES)
        .answer(200, QUEUES)
        .answer(200, QUEUES)
        .answer(200, QUEUES)
        .answer(200, "{}");
    assertThat(apply(document).out()).isEqualTo("0 changes made, 1 nodes are so already\n");
    assertThat(apply(document, "--prune").exit()).isEqualTo(2);
    Cli dry = apply(document, "--prune", "--dry-run", "-o", "ndjson");
    assertThat(dry.out())
        .isEqualTo(
            "{\"dryRun\":true,\"changes\":[{\"action\":\"delete\",\"kind\":\"queue\",\"name\":"
                + "\"old\",\"from\":{},\"to\":{},\"messages\":7}],\"unchanged\":1}\n");
    assertThat(apply(document, "--prune", "--yes").out())
        .isEqualTo("- queue old (7 messages)\n1 changes made, 1 nodes are so already\n");
    assertThat(broker.requests()).hasSize(5).endsWith("DELETE /api/v1/queues/old");
  }

  @Test
  void refusesWhatCannotBeBeforeAnythingIsDone() {
    for (int i = 0; i < 5; i++) {
      broker.answer(200, QUEUES);
    }
    assertThat(apply("{\"queues\":[{\"name\":\"a\",\"prioritised\":true}]}").exit()).isEqualTo(6);
    assertThat(apply("{\"queues\":[{\"name\":\"a\"},{\"name\":\"a\"}]}").exit()).isEqualTo(2);
    assertThat(apply("{\"queues\":[{\"name\":\"a\",\"maxDelivries\":1}]}").err())
        .contains("no field maxDelivries");
    assertThat(apply("{\"queues\":[{}]}").exit()).isEqualTo(2);
    assertThat(apply("{\"users\":[]}").err()).contains("no kind users");
    assertThat(apply("nonsense").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "apply", "/nonexistent").exit()).isEqualTo(2);
    assertThat(broker.requests()).containsOnly("GET /api/v1/queues");
  }

  @Test
  void saysHowFarItCameWhenItStopsHalfway() {
    broker
        .answer(200, "{\"queues\":[]}")
        .answer(201, "{}")
        .answer(403, "{\"error\":{\"code\":\"unauthorized\",\"message\":\"you may not\"}}");
    Cli cli = apply("{\"queues\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
    assertThat(cli.exit()).isEqualTo(7);
    assertThat(cli.err()).contains("queue b, after 1 changes: you may not");
  }

  @Test
  void helpShowsTheForm() {
    assertThat(Cli.run(broker, "apply", "--help").out())
        .startsWith("Usage: holdfast apply ")
        .contains("{\"queues\": [{\"name\": \"orders\"");
  }
}
