package dev.holdfast.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tool counts what went through, and says so when anything went wrong on the way. */
class LoadTest {

  private record Result(int exitCode, JsonNode json) {}

  private static Result load(int port, String mode, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(mode, "--port", Integer.toString(port)));
    arguments.addAll(List.of("--address", "orders", "--messages", "400"));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    int exit = Main.execute(arguments.toArray(String[]::new), new PrintWriter(out, true));
    return new Result(exit, new ObjectMapper().readTree(out.toString()));
  }

  @Test
  void aPipeCountsEveryMessageOnce() throws IOException {
    try (TinyPeer peer = new TinyPeer(TinyPeer.Fault.NONE)) {
      Result result =
          load(peer.port(), "pipe", "--warm-up", "100", "--producers", "2", "--consumers", "3");

      assertThat(result.json().at("/check/received").asInt()).isEqualTo(500);
      assertThat(result.json().at("/check/accepted").asInt()).isEqualTo(500);
      assertThat(result.json().at("/endToEndMicros/count").asInt()).isEqualTo(400);
      assertThat(result.exitCode()).describedAs(result.json().toString()).isZero();
    }
  }

  @Test
  void whatOneRunSendsAnotherReceives() throws IOException {
    try (TinyPeer peer = new TinyPeer(TinyPeer.Fault.NONE)) {
      Result sent = load(peer.port(), "send", "--user", "a", "--password", "b", "--size", "70000");
      Result received = load(peer.port(), "receive", "--credit", "7");

      assertThat(sent.exitCode()).describedAs(sent.json().toString()).isZero();
      assertThat(sent.json().at("/ackMicros/count").asInt()).isEqualTo(400);
      assertThat(received.exitCode()).describedAs(received.json().toString()).isZero();
      assertThat(received.json().at("/check/received").asInt()).isEqualTo(400);
    }
  }

  @Test
  void aPacedRunMeasuresFromTheIntendedMoment() throws IOException {
    try (TinyPeer peer = new TinyPeer(TinyPeer.Fault.NONE)) {
      long self = ProcessHandle.current().pid();
      Result result =
          load(peer.port(), "latency", "--rate", "4000", "--broker-pid", Long.toString(self));

      assertThat(result.exitCode()).describedAs(result.json().toString()).isZero();
      assertThat(result.json().at("/endToEndMicros/p99").asDouble()).isPositive();
      assertThat(result.json().at("/sentLateMicros/count").asInt()).isEqualTo(400);
      assertThat(result.json().at("/broker/cpuMicrosPerMessage").isNumber()).isTrue();
      assertThat(result.json().at("/broker/rssPeakMiB").asDouble()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"LOSE,lost", "DOUBLE,duplicates", "SWAP,outOfOrder", "RELEASE,refused"})
  void aFaultOfTheBrokerIsFound(TinyPeer.Fault fault, String field) throws IOException {
    try (TinyPeer peer = new TinyPeer(fault)) {
      Result result = load(peer.port(), "pipe", "--idle-seconds", "1", "--in-flight", "20");

      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.json().at("/check/" + field).asInt()).isEqualTo(1);
    }
  }

  @Test
  void strangersComeUntilThereHaveBeenEnough() throws IOException {
    try (TinyPeer peer = new TinyPeer(TinyPeer.Fault.NONE)) {
      StringWriter out = new StringWriter();
      int exit =
          Strangers.execute(
              new PrintWriter(out, true),
              "--port=" + peer.port(),
              "--at-once=8",
              "--total=20",
              "--seconds=1");
      assertThat(exit).isZero();
      JsonNode result = new ObjectMapper().readTree(out.toString());
      assertThat(result.get("opened").asInt()).isBetween(8, 20);
      assertThat(result.get("shownOut").asInt() + result.get("leftAtTheEnd").asInt())
          .isEqualTo(result.get("opened").asInt());
    }
  }

  @Test
  void wrongOptionsAreAUsageError() {
    StringWriter out = new StringWriter();
    String[] arguments = {"pipe", "--address", "a", "--rate", "5"};

    assertThat(Main.execute(arguments, new PrintWriter(out))).isEqualTo(2);
  }
}
