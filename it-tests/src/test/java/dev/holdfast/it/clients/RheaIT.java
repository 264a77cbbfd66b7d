package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** rhea, the AMQP client for Node, against the broker. */
class RheaIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static final Path WORK = Environment.target("rhea");
  private static BrokerProcess broker;

  @BeforeAll
  static void install() throws IOException {
    Files.createDirectories(WORK);
    for (String name : List.of("package.json", "package-lock.json", "rhea_client.js")) {
      Files.copy(
          Environment.source("node/" + name),
          WORK.resolve(name),
          StandardCopyOption.REPLACE_EXISTING);
    }
    Command.Result installed =
        Command.run(
            List.of("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"),
            new byte[0],
            Map.of(),
            WORK);
    assertThat(installed.exitCode())
        .as("npm ci (needs Node 18 or later with npm, and the npm registry): %s", installed.all())
        .isZero();
    broker =
        BrokerProcess.start(
            BrokerOptions.in(SCRATCH).with("--set", "websocket.listen=127.0.0.1:0"));
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
    SCRATCH.close();
  }

  @Test
  void overTcpWithPlain() {
    broker.api().createQueue("node.tcp");
    TestUser user =
        TestUser.chosen(broker.cli(), "node", "a long enough secret", "--role", "admin");
    String port = Integer.toString(broker.ready().tcp().getPort());
    run("tcp", port, user.name(), user.password(), "node.tcp");
    broker.cli().awaitMessages("node.tcp", 0);
  }

  @Test
  void overTheUnixSocketAsOneself() {
    broker.api().createQueue("node.unix");
    run("unix", broker.ready().socket().toString(), "node.unix");
    broker.cli().awaitMessages("node.unix", 0);
  }

  @Test
  void overWebSocket() {
    broker.api().createQueue("node.ws");
    TestUser user =
        TestUser.chosen(broker.cli(), "node-ws", "a long enough secret", "--role", "admin");
    String url = "ws://127.0.0.1:" + broker.port("amqpws");
    run("ws", url, user.name(), user.password(), "node.ws");
    broker.cli().awaitMessages("node.ws", 0);
  }

  private static void run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("node", "rhea_client.js"));
    command.addAll(List.of(arguments));
    Command.Result result = Command.run(command, new byte[0], Map.of(), WORK);
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).contains("ok all");
  }
}
