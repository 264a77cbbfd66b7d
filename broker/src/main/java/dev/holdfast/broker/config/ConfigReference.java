package dev.holdfast.broker.config;

/** The table of keys as Markdown, for docs/configuration.md. */
public final class ConfigReference {
  private ConfigReference() {}

  /** One row per key. */
  public static String markdown() {
    StringBuilder text =
        new StringBuilder("| Key | Default | Allowed | Meaning |\n|---|---|---|---|\n");
    for (ConfigKey<?> key : ConfigKeys.all()) {
      text.append("| `")
          .append(key.name())
          .append("` | ")
          .append(key.defaultText().isEmpty() ? "none" : "`" + key.defaultText() + "`")
          .append(" | ")
          .append(key.type().allowed())
          .append(" | ")
          .append(key.meaning())
          .append(" |\n");
    }
    return text.toString();
  }
}
