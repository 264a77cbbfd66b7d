package dev.holdfast.cli;

import dev.holdfast.cli.http.AdminClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A broker process of the demo's own, started as a user starts one: {@code holdfast up}. Its
 * sockets lie in a private directory; TCP is on a free port of the loopback address.
 */
final class DemoBroker implements AutoCloseable {
  /** Where a started broker listens, as its ready line says. */
  record Ready(String amqp, Path socket, Path admin, long pid) {}

  private static final Pattern READY =
      Pattern.compile("holdfast ready amqp=(\\S+) socket=(.+) admin=(.+) pid=(\\d+)");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int LOG_LINES = 20;

  private final Path launcher;
  private final Path data;
  private final Path work;
  // Read by the shutdown hook, which runs on a thread of its own.
  private volatile @Nullable Process process;

  /**
   * A broker, not started yet.
   *
   * @param launcher {@code bin/holdfast} of this installation
   * @param data its data directory
   * @param work private directory for its sockets and its log
   */
  DemoBroker(Path launcher, Path data, Path work) {
    this.launcher = launcher;
    this.data = data;
    this.work = work;
  }

  /** Starts it and waits until it accepts connections. */
  Ready start() throws CommandFailure, IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            launcher.toString(),
            "up",
            "--data",
            data.toString(),
            "--listen",
            "127.0.0.1:0",
            "--socket-dir",
            work.resolve("holdfast").toString());
    // Its sockets are where it would put them by itself, so it leaves no trace at the usual place.
    builder.environment().put("XDG_RUNTIME_DIR", work.toString());
    // Whatever configures a broker of this user must not reach this one.
    builder.environment().keySet().removeIf(DemoBroker::isConfiguration);
    builder.environment().put("HOLDFAST_JAVA_HOME", System.getProperty("java.home"));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
    Process started = builder.start();
    process = started;
    started.getOutputStream().close();
    CompletableFuture<Ready> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(started, ready), "demo-broker-output");
    reader.setDaemon(true);
    reader.start();
    return await(ready);
  }

  /** SIGKILL: no handler of the broker runs, nothing is flushed. */
  void kill() throws CommandFailure {
    Process running = running();
    running.destroyForcibly();
    awaitEnd(running);
  }

  /** SIGTERM, as an init system stops it; it has to end with 0. */
  void stop() throws CommandFailure {
    Process running = running();
    running.destroy();
    int exit = awaitEnd(running);
    if (exit != 0) {
      throw failure("the broker ended with " + exit + " after SIGTERM");
    }
  }

  BrokerApi api(Ready ready, LongSupplier nanoTime) {
    return new BrokerApi(new AdminClient(ready.admin(), START, nanoTime));
  }

  /** Leaves no process behind, whatever happened before. */
  @Override
  public void close() {
    Process running = process;
    if (running != null && running.isAlive()) {
      running.destroyForcibly();
      try {
        running.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean isConfiguration(String variable) {
    return variable.startsWith("HOLDFAST_") && !variable.startsWith("HOLDFAST_JAVA");
  }

  private static void read(Process started, CompletableFuture<Ready> ready) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher found = READY.matcher(line);
        if (found.matches()) {
          ready.complete(
              new Ready(
                  found.group(1),
                  Path.of(found.group(2)),
                  Path.of(found.group(3)),
                  Long.parseLong(found.group(4))));
        }
      }
      ready.completeExceptionally(new IOException("it ended before it was ready"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  private Ready await(CompletableFuture<Ready> ready) throws CommandFailure {
    try {
      return ready.get(START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw failure("the broker did not start: " + (cause == null ? e : cause).getMessage());
    } catch (TimeoutException e) {
      throw failure("the broker was not ready within " + START.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted while the broker started");
    }
  }

  private int awaitEnd(Process running) throws CommandFailure {
    try {
      if (running.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        return running.exitValue();
      }
      throw failure("the broker did not end within " + STOP.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted while the broker ended");
    }
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("the demo's broker has not been started");
    }
    return running;
  }

  /** The end of the broker's log says why better than this side can. */
  private CommandFailure failure(String what) {
    StringBuilder message = new StringBuilder(what);
    try {
      List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
      for (String line : lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())) {
        message.append(" | ").append(line);
      }
    } catch (IOException e) {
      message.append(" (its log cannot be read: ").append(e.getMessage()).append(')');
    }
    return new CommandFailure(ExitCode.FAILED, "demo", message.toString());
  }

  private Path log() {
    return work.resolve("broker.log");
  }
}
