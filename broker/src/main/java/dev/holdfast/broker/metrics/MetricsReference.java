package dev.holdfast.broker.metrics;

import java.util.stream.Collectors;

/** The table of metrics as Markdown, for docs/metrics.md. */
public final class MetricsReference {
  private MetricsReference() {}

  /** One row per metric. */
  public static String markdown() {
    StringBuilder text =
        new StringBuilder("| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n");
    for (Metric metric : Catalogue.all()) {
      text.append("| `")
          .append(metric.name())
          .append("` | ")
          .append(metric.type().word)
          .append(" | ")
          .append(
              metric.labels().stream()
                  .map(label -> "`" + label + "`")
                  .collect(Collectors.joining(", ")))
          .append(" | ")
          .append(metric.meaning())
          .append(" |\n");
    }
    return text.toString();
  }
}
