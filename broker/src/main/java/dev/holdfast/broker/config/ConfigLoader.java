package dev.holdfast.broker.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.holdfast.broker.config.ConfigValues.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings the configuration together: flags before environment before file before default. Nothing
 * is repaired silently; everything that is wrong is reported at once.
 */
public final class ConfigLoader {
  private static final String PREFIX = "HOLDFAST_";

  /** Variables of the launcher and the command line tool. */
  private static final Set<String> RESERVED =
      Set.of("HOLDFAST_URL", "HOLDFAST_CONTEXT", "HOLDFAST_HOME", "HOLDFAST_CDS", "HOLDFAST_BUILD");

  /** Also not ours: JVM options, and what Kubernetes makes of a service called "holdfast". */
  private static final List<String> RESERVED_PREFIXES =
      List.of(
          "HOLDFAST_JAVA", "HOLDFAST_JVM", "HOLDFAST_CLI_", "HOLDFAST_SERVICE_", "HOLDFAST_PORT");

  private final Surroundings surroundings;

  /** Makes one for a process with these surroundings. */
  public ConfigLoader(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Reads the configuration.
   *
   * @param file the TOML file, null for none
   * @param flags keys with values, in order, the last of a key counts; named by what the operator
   *     typed
   * @throws ConfigException with every mistake
   */
  public BrokerConfig load(@Nullable Path file, List<Flag> flags) throws ConfigException {
    return read(file, flags).config();
  }

  /**
   * What has been read.
   *
   * @param settings every key, in the order of the table
   */
  record Loaded(BrokerConfig config, List<Setting> settings) {}

  /** The same with where each value comes from. */
  Loaded read(@Nullable Path file, List<Flag> flags) throws ConfigException {
    ConfigValues values = new ConfigValues();
    Map<String, Written> written = new TreeMap<>();
    if (file != null) {
      readFile(file, written, values);
    }
    readEnvironment(written, values);
    for (Flag flag : flags) {
      written.put(flag.key(), new Written(flag.value(), flag.typed()));
    }
    values.read(written, surroundings);
    return new Loaded(
        BrokerConfig.from(values, surroundings.uid()),
        ConfigKeys.all().stream().map(key -> setting(key, written.get(key.name()))).toList());
  }

  private Setting setting(ConfigKey<?> key, @Nullable Written written) {
    return new Setting(
        key.name(),
        written == null ? key.defaultValue().apply(surroundings) : written.text(),
        written == null ? "default" : written.where(),
        key.defaultText(),
        key.type().allowed(),
        key.meaning(),
        key.variable(),
        LimitKeys.all().contains(key));
  }

  /**
   * One key given on the command line.
   *
   * @param key of the table
   * @param value its text
   * @param typed what was typed, for messages
   */
  public record Flag(String key, String value, String typed) {}

  private void readEnvironment(Map<String, Written> written, ConfigValues values) {
    Map<String, String> variables = new HashMap<>();
    ConfigKeys.all().forEach(k -> variables.put(k.variable(), k.name()));
    new TreeMap<>(surroundings.environment())
        .forEach(
            (variable, value) -> {
              String key = variables.get(variable);
              if (key != null) {
                written.put(key, new Written(value, "environment variable " + variable));
              } else if (variable.startsWith(PREFIX) && !reserved(variable)) {
                values.mistake(
                    "environment variable "
                        + variable
                        + ": there is no such key; "
                        + nearestVariable(variable));
              }
            });
  }

  private static boolean reserved(String variable) {
    return RESERVED.contains(variable) || RESERVED_PREFIXES.stream().anyMatch(variable::startsWith);
  }

  private static String nearestVariable(String variable) {
    String asKey = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    return ConfigValues.nearest(asKey);
  }

  private static void readFile(Path file, Map<String, Written> written, ConfigValues values) {
    try {
      String text = Files.readString(file);
      TomlLines lines = new TomlLines(text);
      Map<String, String> found = new TreeMap<>();
      flatten("", new TomlMapper().readTree(text), found);
      found.forEach(
          (key, value) -> written.put(key, new Written(value, lines.place(file.toString(), key))));
    } catch (JsonProcessingException e) {
      values.mistake(
          file
              + " line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": not TOML: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (NoSuchFileException e) {
      values.mistake(file + ": there is no such configuration file");
    } catch (IOException e) {
      values.mistake(file + ": cannot be read: " + e.getMessage());
    }
  }

  private static void flatten(String prefix, JsonNode table, Map<String, String> found) {
    table
        .properties()
        .forEach(
            entry -> {
              String name = prefix + entry.getKey();
              JsonNode value = entry.getValue();
              if (value.isObject()) {
                flatten(name + ".", value, found);
              } else if (value.isArray()) {
                List<String> items = new ArrayList<>();
                value.forEach(item -> items.add(item.asText()));
                found.put(name, String.join(",", items));
              } else {
                found.put(name, value.asText());
              }
            });
  }
}
