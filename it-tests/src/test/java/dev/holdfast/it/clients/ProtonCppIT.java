package dev.holdfast.it.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.SharedBroker;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Qpid Proton by its C++ binding against the broker: every outcome. */
class ProtonCppIT {

  @Test
  void everyOutcome() {
    Path program = Environment.target("proton_client");
    Command.Result built =
        Command.run(
            List.of(
                "g++",
                "-std=c++17",
                "-o",
                program.toString(),
                Environment.source("cpp/proton_client.cpp").toString(),
                "-lqpid-proton-cpp"));
    assertThat(built.exitCode())
        .as("needs: apt-get install g++ libqpid-proton-cpp12-dev: %s", built.all())
        .isZero();
    SharedBroker.broker().api().createQueue("cpp");
    Command.Result result =
        Command.run(
            List.of(
                program.toString(),
                "127.0.0.1:" + SharedBroker.broker().ready().tcp().getPort(),
                SharedBroker.user().name(),
                SharedBroker.user().password(),
                "cpp"));
    assertThat(result.exitCode()).as(result.all()).isZero();
    assertThat(result.out()).contains("ok all");
    SharedBroker.broker().cli().awaitMessages("cpp", 0);
    assertThat(SharedBroker.broker().cli().ok("dlq", "list", "cpp")).contains("rejected");
  }
}
