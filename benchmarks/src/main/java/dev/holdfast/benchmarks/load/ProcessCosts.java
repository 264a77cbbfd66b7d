package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a process has used up to one moment, from Linux' {@code /proc}: CPU in all and per thread
 * name, resident memory, read and write calls. {@code /proc} does not count fsyncs: {@code strace
 * -c -f -p PID} does.
 *
 * @param cpuNanos user and system time of all threads, also those that ended; 10 ms steps
 * @param rssBytes resident now
 * @param writeCalls write system calls to files (not to sockets that use send)
 * @param writtenBytes bytes given to the block layer
 * @param threads CPU and voluntary context switches by thread name
 */
record ProcessCosts(
    long cpuNanos, long rssBytes, long writeCalls, long writtenBytes, Map<String, Usage> threads) {
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final double MIB = 1 << 20;

  /** One thread name's share. */
  record Usage(long cpuNanos, long sleeps) {
    Usage plus(Usage other) {
      return new Usage(cpuNanos + other.cpuNanos, sleeps + other.sleeps);
    }

    Usage minus(Usage other) {
      return new Usage(cpuNanos - other.cpuNanos, sleeps - other.sleeps);
    }
  }

  /** Reads {@code /proc/PID}; fails when the process is gone or belongs to somebody else. */
  static ProcessCosts of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Map<String, Usage> threads = new HashMap<>();
    try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
      for (Path task : tasks.toList()) {
        addThread(task, threads);
      }
    }
    List<String> io = Files.readAllLines(process.resolve("io"));
    return new ProcessCosts(
        ticks(Files.readString(process.resolve("stat"))) * NANOS_PER_TICK,
        rssBytes(pid),
        field(io, "syscw:"),
        field(io, "write_bytes:"),
        threads);
  }

  /** Resident memory now, in bytes. */
  static long rssBytes(long pid) throws IOException {
    List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
    return field(status, "VmRSS:") * 1024;
  }

  private static void addThread(Path task, Map<String, Usage> threads) {
    try {
      String name = Files.readString(task.resolve("comm")).strip();
      String schedule = Files.readString(task.resolve("schedstat"));
      long cpu = Long.parseLong(schedule.substring(0, schedule.indexOf(' ')));
      long sleeps = field(Files.readAllLines(task.resolve("status")), "voluntary_ctxt_switches:");
      threads.merge(name, new Usage(cpu, sleeps), Usage::plus);
    } catch (IOException e) {
      // A thread that ended between the listing and here; the process' own figure still has it.
      threads.merge("(ended)", new Usage(0, 0), Usage::plus);
    }
  }

  private static long ticks(String stat) {
    // The name in parentheses may contain blanks: count fields from behind it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split(" ")[0])
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /** The difference to an earlier moment of the same process, per message. */
  ObjectNode since(ProcessCosts before, long messages, long peakRssBytes) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    long cpu = cpuNanos - before.cpuNanos;
    node.put("cpuMicrosPerMessage", perMessage(cpu / 1e3, messages));
    node.put("cpuSeconds", round(cpu / 1e9));
    node.put("rssBeforeMiB", round(before.rssBytes / MIB));
    node.put("rssAfterMiB", round(rssBytes / MIB));
    node.put("rssPeakMiB", round(Math.max(peakRssBytes, rssBytes) / MIB));
    node.put(
        "writeCallsPerMessage", perMessage((double) (writeCalls - before.writeCalls), messages));
    node.put(
        "bytesWrittenPerMessage",
        perMessage((double) (writtenBytes - before.writtenBytes), messages));
    ArrayNode list = node.putArray("threads");
    Usage nothing = new Usage(0, 0);
    threads.entrySet().stream()
        .map(
            e -> Map.entry(e.getKey(), usedBy(e, before.threads.getOrDefault(e.getKey(), nothing))))
        .filter(e -> e.getValue().cpuNanos() > cpu / 200)
        .sorted(Comparator.comparingLong(e -> -e.getValue().cpuNanos()))
        .forEach(
            e -> {
              ObjectNode thread = list.addObject();
              thread.put("name", e.getKey());
              thread.put(
                  "cpuMicrosPerMessage", perMessage(e.getValue().cpuNanos() / 1e3, messages));
              thread.put("sleepsPerMessage", perMessage((double) e.getValue().sleeps(), messages));
            });
    return node;
  }

  private static Usage usedBy(Map.Entry<String, Usage> now, Usage before) {
    return now.getValue().minus(before);
  }

  private static double perMessage(double value, long messages) {
    return messages == 0 ? 0 : Math.round(value / messages * 10_000) / 10_000.0;
  }

  private static double round(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
