package dev.holdfast.broker.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Numbers of users or groups by name, in the format of passwd(5) and group(5).
 *
 * @param file to read, each time, since accounts come and go
 */
record AccountFile(Path file) {

  static final AccountFile USERS = new AccountFile(Path.of("/etc/passwd"));
  static final AccountFile GROUPS = new AccountFile(Path.of("/etc/group"));

  private static final int NAME = 0;
  private static final int ID = 2;

  /**
   * The number of {@code name}; a name that is a number itself is one the system has no name for.
   */
  OptionalLong idOf(String name) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      var known =
          lines
              .map(line -> line.split(":", -1))
              .filter(fields -> fields.length > ID && fields[NAME].equals(name))
              .findFirst();
      return number(known.map(fields -> fields[ID]).orElse(name));
    }
  }

  private static OptionalLong number(String text) {
    boolean digits =
        !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return digits ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
