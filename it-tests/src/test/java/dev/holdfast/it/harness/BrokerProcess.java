package dev.holdfast.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One run of the shipped broker as a process of its own. */
public final class BrokerProcess implements AutoCloseable {
  private static final int START_LIMIT_SECONDS = 90;
  private static final int END_LIMIT_SECONDS = 60;
  private static final Set<BrokerProcess> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(BrokerProcess::kill)));
  }

  private final Process process;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Ready> readiness = new CompletableFuture<>();
  private final Thread reader;

  private BrokerProcess(Process process) {
    this.process = process;
    this.reader = new Thread(this::readLog, "broker-log");
    reader.setDaemon(true);
  }

  /**
   * Starts a broker and waits until it accepts connections.
   *
   * @param options how
   * @return the running broker
   * @throws AssertionError when it ends or says nothing
   */
  public static BrokerProcess start(BrokerOptions options) {
    BrokerProcess broker = launch(options);
    try {
      broker.readiness.get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
      return broker;
    } catch (ExecutionException | TimeoutException e) {
      broker.kill();
      throw new AssertionError("the broker did not become ready:\n" + broker.logText(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      broker.kill();
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * Starts a broker that is expected to refuse, and waits for its end.
   *
   * @param options how
   * @return its exit code and everything it printed, in {@code out}
   */
  public static Command.Result startRefused(BrokerOptions options) {
    BrokerProcess broker = launch(options);
    try {
      int code = broker.awaitEnd();
      return new Command.Result(code, broker.logText(), "");
    } finally {
      broker.kill();
    }
  }

  private static BrokerProcess launch(BrokerOptions options) {
    ProcessBuilder builder = new ProcessBuilder(options.command()).redirectErrorStream(true);
    builder.environment().putAll(options.environment());
    try {
      BrokerProcess broker = new BrokerProcess(builder.start());
      RUNNING.add(broker);
      broker.reader.start();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
        Ready.parse(line).ifPresent(readiness::complete);
      }
    } catch (IOException e) {
      log.add("(log ended: " + e.getMessage() + ")");
    }
    readiness.completeExceptionally(new IllegalStateException("the broker's output ended"));
  }

  /**
   * What its ready line said.
   *
   * @return the addresses
   */
  public Ready ready() {
    return readiness.join();
  }

  /**
   * The command line, pointed at this broker.
   *
   * @return the command line
   */
  public Cli cli() {
    return new Cli(ready().admin());
  }

  /**
   * The port of a listener.
   *
   * @param protocol as status shows it, such as amqps
   * @return the port
   */
  public int port(String protocol) {
    JsonNode status = cli().json("status");
    for (JsonNode listener : status.get("listeners")) {
      if (listener.get("protocol").asText().equals(protocol)) {
        String address = listener.get("address").asText();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      }
    }
    throw new AssertionError("no listener for " + protocol + " in " + status);
  }

  /**
   * The management API of this broker.
   *
   * @return the API
   */
  public Api api() {
    return new Api(ready().admin());
  }

  /**
   * Everything it printed so far.
   *
   * @return lines, joined
   */
  public String logText() {
    return String.join("\n", log);
  }

  /**
   * Whether it still runs.
   *
   * @return true until it ended
   */
  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Its resident memory, after what the kernel counts.
   *
   * @return bytes
   */
  public long residentBytes() {
    try (var lines = Files.lines(Path.of("/proc/" + ready().pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as a power failure of the process would: SIGKILL; returns when it is gone. */
  public void kill() {
    if (readiness.isDone() && !readiness.isCompletedExceptionally()) {
      ProcessHandle.of(ready().pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    awaitEnd();
  }

  /**
   * Asks it to end: SIGTERM; returns when it is gone.
   *
   * @return its exit code
   */
  public int terminate() {
    ProcessHandle.of(ready().pid()).ifPresent(ProcessHandle::destroy);
    return awaitEnd();
  }

  /**
   * Waits for its end.
   *
   * @return its exit code
   */
  public int awaitEnd() {
    try {
      boolean ended = process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS);
      assertThat(ended).as("the broker ended; its log:\n%s", logText()).isTrue();
      reader.join(TimeUnit.SECONDS.toMillis(END_LIMIT_SECONDS));
      RUNNING.remove(this);
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
