package dev.holdfast.it.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start a broker.
 *
 * @param data its data directory
 * @param sockets the directory of its sockets
 * @param arguments after the ones that name data, sockets and listener
 * @param environment added to this process' own
 * @param wrapper program and arguments put before the launcher, such as {@code nsenter}
 */
public record BrokerOptions(
    Path data,
    Path sockets,
    List<String> arguments,
    Map<String, String> environment,
    List<String> wrapper) {
  /**
   * A broker on the directories of a test, nothing else changed.
   *
   * @param scratch the test's directory
   * @return the options
   */
  public static BrokerOptions in(Scratch scratch) {
    return new BrokerOptions(scratch.data(), scratch.sockets(), List.of(), Map.of(), List.of());
  }

  /**
   * With more arguments of {@code holdfast up}.
   *
   * @param more arguments
   * @return changed options
   */
  public BrokerOptions with(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new BrokerOptions(data, sockets, List.copyOf(all), environment, wrapper);
  }

  /**
   * With an environment variable.
   *
   * @param key its name
   * @param value its value
   * @return changed options
   */
  public BrokerOptions env(String key, String value) {
    Map<String, String> all = new HashMap<>(environment);
    all.put(key, value);
    return new BrokerOptions(data, sockets, arguments, Map.copyOf(all), wrapper);
  }

  /**
   * With a bounded heap.
   *
   * @param megabytes of heap at most
   * @return changed options
   */
  public BrokerOptions heap(int megabytes) {
    return env("HOLDFAST_JAVA_OPTS", "-Xmx" + megabytes + "m");
  }

  /**
   * With another data directory.
   *
   * @param directory the directory
   * @return changed options
   */
  public BrokerOptions dataAt(Path directory) {
    return new BrokerOptions(directory, sockets, arguments, environment, wrapper);
  }

  /**
   * Started by another program.
   *
   * @param command program and arguments, the launcher follows
   * @return changed options
   */
  public BrokerOptions through(List<String> command) {
    return new BrokerOptions(data, sockets, arguments, environment, List.copyOf(command));
  }

  List<String> command() {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Environment.launcher().toString());
    command.addAll(List.of("up", "--data", data.toString()));
    command.addAll(List.of("--socket-dir", sockets.toString()));
    if (!arguments.contains("--listen")) {
      command.addAll(List.of("--listen", "127.0.0.1:0"));
    }
    command.addAll(arguments);
    return command;
  }
}
