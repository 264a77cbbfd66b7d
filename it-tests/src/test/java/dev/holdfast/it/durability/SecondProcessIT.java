package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Scratch;
import org.junit.jupiter.api.Test;

/** A data directory has one broker. */
class SecondProcessIT {
  @Test
  void aSecondBrokerIsRefusedAndTheFirstGoesOn() {
    try (Scratch scratch = Scratch.create();
        BrokerProcess first = BrokerProcess.start(BrokerOptions.in(scratch))) {
      first.api().createQueue("mine");
      BrokerOptions same =
          new BrokerOptions(
              scratch.data(),
              scratch.path("run2"),
              java.util.List.of(),
              java.util.Map.of(),
              java.util.List.of());
      Command.Result second = BrokerProcess.startRefused(same);
      assertThat(second.exitCode()).as(second.all()).isEqualTo(1);
      assertThat(second.out())
          .contains(scratch.data().toString())
          .containsIgnoringCase("in use")
          .doesNotContain("\tat ");
      BrokerOptions sockets = BrokerOptions.in(scratch).dataAt(scratch.path("data2"));
      Command.Result third = BrokerProcess.startRefused(sockets);
      assertThat(third.exitCode()).as("its sockets: %s", third.all()).isEqualTo(1);
      assertThat(third.out()).contains(scratch.sockets().toString()).doesNotContain("\tat ");
      first.cli().ok("msg", "send", "mine", "still here");
      first.cli().awaitMessages("mine", 1);
    }
  }
}
