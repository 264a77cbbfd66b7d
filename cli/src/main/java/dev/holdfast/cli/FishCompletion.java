package dev.holdfast.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A completion script for fish: commands, their words, and the options of each, with what they are.
 */
final class FishCompletion {
  private static final String SEEN = "__fish_seen_subcommand_from ";

  private final StringBuilder out = new StringBuilder();

  private FishCompletion() {}

  static String of(CommandLine root) {
    FishCompletion script = new FishCompletion();
    script.out.append("# fish completion of holdfast\n");
    script.out.append("complete -c holdfast -f\n");
    Map<String, CommandLine> groups = named(root);
    String none = "not " + SEEN + String.join(" ", groups.keySet());
    script.options(root.getCommandSpec(), "");
    groups.forEach(
        (name, group) -> {
          script.word(name, group, none);
          script.group(name, group);
        });
    return script.out.toString();
  }

  private void group(String name, CommandLine group) {
    Map<String, CommandLine> words = named(group);
    String here = SEEN + name;
    if (words.isEmpty()) {
      options(group.getCommandSpec(), here);
      return;
    }
    String open = here + "; and not " + SEEN + String.join(" ", words.keySet());
    words.forEach(
        (word, command) -> {
          word(word, command, open);
          options(command.getCommandSpec(), here + "; and " + SEEN + word);
        });
  }

  /** Without aliases. */
  private static Map<String, CommandLine> named(CommandLine line) {
    Map<String, CommandLine> named = new LinkedHashMap<>();
    line.getSubcommands()
        .forEach(
            (name, command) -> {
              if (command.getCommandName().equals(name)) {
                named.put(name, command);
              }
            });
    return named;
  }

  private void word(String name, CommandLine command, String when) {
    out.append("complete -c holdfast -n ")
        .append(quoted(when))
        .append(" -a ")
        .append(quoted(name))
        .append(" -d ")
        .append(quoted(first(command.getCommandSpec().usageMessage().description())))
        .append('\n');
  }

  private void options(CommandSpec spec, String when) {
    for (OptionSpec option : spec.options()) {
      if (option.inherited()) {
        continue;
      }
      out.append("complete -c holdfast");
      if (!when.isEmpty()) {
        out.append(" -n ").append(quoted(when));
      }
      Arrays.stream(option.names())
          .sorted(Comparator.comparingInt(String::length))
          .forEach(
              name ->
                  out.append(name.startsWith("--") ? " -l " : " -s ")
                      .append(name.replaceFirst("^--?", "")));
      if (option.arity().max() > 0) {
        out.append(option.paramLabel().matches("FILE|DIR") ? " -r -F" : " -x");
      }
      out.append(" -d ").append(quoted(first(option.description()))).append('\n');
    }
  }

  private static String first(String[] sentences) {
    return sentences.length == 0 ? "" : sentences[0];
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
