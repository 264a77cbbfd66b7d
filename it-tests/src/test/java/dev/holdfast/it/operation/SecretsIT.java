package dev.holdfast.it.operation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import dev.holdfast.it.wire.AmqpClient;
import dev.holdfast.it.wire.Cbs;
import dev.holdfast.it.wire.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Secrets that were used, and used wrongly, are nowhere to be read afterwards. */
class SecretsIT {
  private static final String PASSWORD = "canary-password-7f3a";
  private static final String WRONG = "canary-wrong-91bc";
  private static final String NAME = "canary-name-typed-as-user-5d";

  @Test
  void noFileLogAnswerOrCommandLineHoldsThem() throws IOException {
    try (Scratch scratch = Scratch.create()) {
      List<String> secrets = new ArrayList<>(List.of(PASSWORD, WRONG, NAME));
      StringBuilder heard = new StringBuilder();
      try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch))) {
        TestUser.chosen(broker.cli(), "human", PASSWORD, "--role", "admin");
        TestUser generated = TestUser.generated(broker.cli(), "service");
        secrets.add(generated.password());
        String token =
            broker
                .cli()
                .json("token", "issue", "t", "--scope", "any:queue:#")
                .get("token")
                .asText();
        secrets.add(token);
        secrets.add(token.substring(token.lastIndexOf('.') + 1));
        use(broker, token, generated);
        for (String[] command :
            new String[][] {
              {"status"},
              {"user", "list"},
              {"token", "list"},
              {"-o", "json", "audit", "query", "--limit", "1000"}
            }) {
          heard.append(broker.cli().ok(command));
        }
        Path process = Path.of("/proc", Long.toString(broker.ready().pid()));
        heard.append(Files.readString(process.resolve("cmdline"), ISO_8859_1));
        heard.append(Files.readString(process.resolve("environ"), ISO_8859_1));
        heard.append(broker.logText());
      }
      try (Stream<Path> files = Files.walk(scratch.data())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          heard.append(Files.readString(file, ISO_8859_1));
        }
      }
      assertThat(heard).hasSizeGreaterThan(1_000);
      assertThat(secrets)
          .allSatisfy(secret -> assertThat(heard.indexOf(secret)).as(secret).isNegative());
    }
  }

  private static void use(BrokerProcess broker, String token, TestUser generated)
      throws IOException {
    var tcp = broker.ready().tcp();
    AmqpClient.connect(tcp, new Login.Plain("human", PASSWORD)).close();
    AmqpClient.connect(tcp, new Login.Plain("service", generated.password())).close();
    try (AmqpClient client = AmqpClient.connect(tcp, new Login.XOAuth2(token))) {
      Cbs cbs = new Cbs(client);
      assertThat(cbs.put(token)).isEqualTo(202);
      assertThat(cbs.put(token + "x")).isEqualTo(401);
    }
    for (Login wrong :
        List.of(
            new Login.Plain("human", WRONG),
            new Login.Plain(NAME, "x"),
            new Login.Plain("token", token + "x"),
            new Login.XOAuth2(WRONG))) {
      assertThatThrownBy(() -> AmqpClient.connect(tcp, wrong)).isInstanceOf(IOException.class);
    }
  }
}
