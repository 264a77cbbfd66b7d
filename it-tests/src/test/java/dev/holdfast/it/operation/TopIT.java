package dev.holdfast.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.Cli;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard in a real terminal, which is tmux. */
class TopIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Scratch scratch = Scratch.create();
  private BrokerProcess broker;
  private Cli cli;
  private String tmux;

  @BeforeEach
  void start() {
    broker = BrokerProcess.start(BrokerOptions.in(scratch));
    cli = broker.cli();
    tmux = scratch.path("tmux").toString();
    cli.ok("queue", "create", "top.alpha");
    cli.ok("queue", "create", "top.beta");
    cli.ok("msg", "send", "top.beta", "one");
    cli.ok("msg", "send", "top.beta", "two");
    cli.ok("msg", "send", "top.alpha", "one");
    tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "20", "sh");
    type("PS1='ready> '");
    type("stty -a | cksum");
    shows(screen -> screen.contains("ready> "));
  }

  @AfterEach
  void stop() {
    tmux("kill-server");
    broker.close();
    scratch.close();
  }

  private String tmux(String... arguments) {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", tmux));
    command.addAll(List.of(arguments));
    Command.Result result = Command.run(command);
    assertThat(result.exitCode()).as("tmux %s: %s", List.of(arguments), result.all()).isZero();
    return result.out();
  }

  private void type(String line) {
    tmux("send-keys", "-l", line);
    tmux("send-keys", "Enter");
  }

  private void top() {
    type(
        Environment.launcher()
            + " --url unix://"
            + broker.ready().admin()
            + " top --interval 200ms; echo \"ended $?\"; stty -a | cksum");
    shows(screen -> screen.startsWith("holdfast top: "));
  }

  private String screen() {
    return tmux("capture-pane", "-p");
  }

  private String shows(Predicate<String> expected) {
    return Awaitility.await("something on the screen")
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(this::screen, screen -> expected.test(screen));
  }

  private static int line(String screen, String text) {
    List<String> lines = screen.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(text)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void keysSortFilterAndLookIntoAQueue() {
    top();
    String screen = shows(s -> line(s, "top.beta") > 0 && line(s, "top.alpha") > 0);
    assertThat(line(screen, "top.beta")).as("by backlog").isLessThan(line(screen, "top.alpha"));
    tmux("send-keys", "<");
    shows(s -> s.contains("sorted by name") && line(s, "top.alpha") < line(s, "top.beta"));
    cli.ok("queue", "create", "top.gamma");
    cli.ok("topic", "create", "topic");
    cli.ok("sub", "create", "topic::sub");
    shows(s -> line(s, "top.gamma") > 0 && line(s, "topic::sub") > 0);
    tmux("send-keys", "-l", "/bet");
    shows(s -> s.contains("filter: bet_") && line(s, "top.alpha") < 0);
    tmux("send-keys", "Enter");
    shows(s -> !s.contains("bet_"));
    tmux("send-keys", "Enter");
    shows(s -> s.startsWith("holdfast top: top.beta") && s.contains("nextSequence"));
    tmux("send-keys", "-N", "25", "Down");
    shows(s -> s.contains("prioritised") && !s.contains("nextSequence"));
    tmux("send-keys", "b");
    shows(s -> line(s, "top.beta") > 0 && line(s, "top.alpha") < 0);
    tmux("send-keys", "Escape");
    shows(s -> line(s, "top.alpha") > 0);
    tmux("send-keys", "Down");
    tmux("send-keys", "Enter");
    shows(s -> s.startsWith("holdfast top: top.beta"));
    tmux("send-keys", "q");
    shows(s -> s.contains("ended 0"));
  }

  @Test
  void followsTheSizeOfTheTerminal() {
    for (int i = 0; i < 12; i++) {
      cli.ok("queue", "create", "top.more." + i);
    }
    top();
    shows(s -> line(s, "top.more.9") > 0);
    tmux("resize-window", "-x", "40", "-y", "6");
    String small = shows(s -> s.startsWith("holdfast top: ") && line(s, "top.more.9") < 0);
    assertThat(small.lines()).hasSizeLessThanOrEqualTo(6).allMatch(line -> line.length() <= 40);
    tmux("resize-window", "-x", "100", "-y", "30");
    shows(s -> line(s, "top.more.9") > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"q", "INT", "TERM"})
  void leavesTheTerminalAsItWas(String how) {
    // With the next prompt: what is typed before that is echoed twice, or not at all.
    String before =
        shows(
            s ->
                s.lines().anyMatch(l -> l.matches("\\d+ \\d+ *"))
                    && s.stripTrailing().endsWith("ready>"));
    String sum = before.lines().filter(l -> l.matches("\\d+ \\d+ *")).findFirst().orElseThrow();
    top();
    if (how.equals("q")) {
      tmux("send-keys", "q");
    } else if (how.equals("INT")) {
      tmux("send-keys", "C-c");
    } else {
      String pane = tmux("display-message", "-p", "#{pane_pid}").strip();
      ProcessHandle shell = ProcessHandle.of(Long.parseLong(pane)).orElseThrow();
      shell.children().forEach(ProcessHandle::destroy);
    }
    String after =
        shows(
            s ->
                s.lines().anyMatch(l -> l.matches("ended \\d+ *"))
                    && s.stripTrailing().endsWith("ready>"));
    assertThat(after).contains("stty -a | cksum").doesNotContain("holdfast top: ");
    assertThat(after.lines().filter(line -> line.equals(sum))).as(after).hasSize(2);
    assertThat(tmux("display-message", "-p", "#{cursor_flag} #{alternate_on}").strip())
        .isEqualTo("1 0");
  }
}
