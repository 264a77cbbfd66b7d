package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import dev.holdfast.it.harness.TestUser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Qpid Proton (the C library by its Python binding) against the broker. */
class PythonProtonIT {
  private static final Scratch SCRATCH = Scratch.create();
  private static BrokerProcess broker;

  @BeforeAll
  static void start() {
    broker = BrokerProcess.start(BrokerOptions.in(SCRATCH));
  }

  @AfterAll
  static void stop() {
    broker.close();
    SCRATCH.close();
  }

  @Test
  void overTcpWithPlain() {
    broker.api().createQueue("python.tcp");
    TestUser user = TestUser.generated(broker.cli(), "python");
    String address = "127.0.0.1:" + broker.ready().tcp().getPort();
    run("tcp", address, user.name(), user.password(), "python.tcp");
    broker.cli().awaitMessages("python.tcp", 0);
  }

  @Test
  void overTheUnixSocketAsOneself() {
    broker.api().createQueue("python.unix");
    run("unix", broker.ready().socket().toString(), "python.unix");
    broker.cli().awaitMessages("python.unix", 0);
  }

  private static void run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("/usr/bin/python3");
    command.add(Environment.source("python/proton_client.py").toString());
    command.addAll(List.of(arguments));
    Command.Result result = Command.run(command);
    assertThat(result.exitCode())
        .as("Python client (needs: apt-get install python3-qpid-proton): %s", result.all())
        .isZero();
    assertThat(result.out()).contains("ok all");
  }
}
