package dev.holdfast.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs one program to its end. */
public final class Command {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private Command() {}

  /**
   * What a program left behind.
   *
   * @param exitCode its code
   * @param out its standard output
   * @param err its standard error
   */
  public record Result(int exitCode, String out, String err) {
    /**
     * Everything it printed, for messages.
     *
     * @return code and both outputs
     */
    public String all() {
      return "exit " + exitCode + "\n--- stdout\n" + out + "\n--- stderr\n" + err;
    }
  }

  /**
   * Runs a program without input in the current directory.
   *
   * @param command program and arguments
   * @return its result
   */
  public static Result run(List<String> command) {
    return run(command, new byte[0], Map.of(), Path.of("."));
  }

  /**
   * Runs a program.
   *
   * @param command program and arguments
   * @param input for its standard input
   * @param environment added to this process' own
   * @param directory it runs in
   * @return its result
   * @throws IllegalStateException when it has not ended after two minutes
   */
  public static Result run(
      List<String> command, byte[] input, Map<String, String> environment, Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      CompletableFuture<String> out = read(process.getInputStream());
      CompletableFuture<String> err = read(process.getErrorStream());
      feed(process, input);
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IllegalStateException(
            command + " did not end within " + LIMIT + ":\n" + out.join() + err.join());
      }
      return new Result(process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command, e);
    }
  }

  private static void feed(Process process, byte[] input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException e) {
      // The program ended without reading everything; its exit code says why.
      if (process.isAlive() && input.length == 0) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> {
          Thread thread = new Thread(task, "command-output");
          thread.setDaemon(true);
          thread.start();
        });
  }
}
