package dev.holdfast.broker.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names of the log's files: {@code audit-<yyyymmdd>-<n>.log}, n counting from 1 each day. */
final class AuditFiles {
  private static final Pattern NAME = Pattern.compile("audit-(\\d{8})-(\\d{1,9})\\.log");
  static final String RETIRED = "retired.log";
  static final String KEY = "current.key";
  static final String ROOT = "root.pub";

  private AuditFiles() {}

  /** The files in the order they were written. */
  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> NAME.matcher(String.valueOf(f.getFileName())).matches())
          .sorted(Comparator.comparing((Path f) -> day(f)).thenComparing(AuditFiles::number))
          .toList();
    }
  }

  static String day(Path file) {
    return matched(file).group(1);
  }

  private static int number(Path file) {
    return Integer.parseInt(matched(file).group(2));
  }

  private static Matcher matched(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    if (!name.matches()) {
      throw new IllegalArgumentException(file + " is no audit file");
    }
    return name;
  }

  static String day(Instant at) {
    return DateTimeFormatter.BASIC_ISO_DATE.format(LocalDate.ofInstant(at, ZoneOffset.UTC));
  }

  /** A new name after all others; a clock that goes back does not disturb the order. */
  static Path next(Path directory, Instant now) throws IOException {
    List<Path> there = list(directory);
    String today = day(now);
    if (there.isEmpty()) {
      return directory.resolve("audit-" + today + "-1.log");
    }
    Path last = there.get(there.size() - 1);
    boolean laterDay = today.compareTo(day(last)) > 0;
    return directory.resolve(
        laterDay
            ? "audit-" + today + "-1.log"
            : "audit-" + day(last) + "-" + (number(last) + 1) + ".log");
  }

  /** A new name is durable only when the directory is. */
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
