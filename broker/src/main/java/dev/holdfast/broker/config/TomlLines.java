package dev.holdfast.broker.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a TOML text each key is given, for messages: the parser does not tell. Tables, dotted
 * and simply quoted keys are known; a key that is not found has no line, and nothing else depends
 * on it.
 */
final class TomlLines {
  private static final Pattern TABLE = Pattern.compile("^\\s*\\[([^\\[\\]]+)]\\s*(#.*)?$");
  private static final Pattern KEY = Pattern.compile("^\\s*([A-Za-z0-9_.\"'\\s-]+?)\\s*=.*$");

  private final Map<String, Integer> lines = new HashMap<>();

  TomlLines(String toml) {
    String table = "";
    List<String> all = toml.lines().toList();
    for (int i = 0; i < all.size(); i++) {
      Matcher header = TABLE.matcher(all.get(i));
      Matcher key = KEY.matcher(all.get(i));
      if (header.matches()) {
        table = bare(header.group(1)) + '.';
      } else if (key.matches()) {
        lines.putIfAbsent(table + bare(key.group(1)), i + 1);
      }
    }
  }

  private static String bare(String key) {
    return key.replaceAll("[\"'\\s]", "");
  }

  /** The file with the line, if it is known. */
  String place(String file, String key) {
    Integer line = lines.get(key);
    return line == null ? file : file + " line " + line;
  }
}
