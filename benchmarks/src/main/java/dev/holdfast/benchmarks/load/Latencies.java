package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds, printed in microseconds. */
final class Latencies {
  /** What is longer counts as this much. */
  static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

  private Latencies() {}

  static Histogram newHistogram() {
    return new Histogram(1, MAX_NANOS, 3);
  }

  static ObjectNode toJson(List<Histogram> parts) {
    Histogram all = newHistogram();
    parts.forEach(all::add);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("count", all.getTotalCount());
    if (all.getTotalCount() > 0) {
      node.put("mean", micros(Math.round(all.getMean())));
      node.put("p50", micros(all.getValueAtPercentile(50)));
      node.put("p90", micros(all.getValueAtPercentile(90)));
      node.put("p99", micros(all.getValueAtPercentile(99)));
      node.put("p999", micros(all.getValueAtPercentile(99.9)));
      node.put("max", micros(all.getMaxValue()));
    }
    return node;
  }

  private static double micros(long nanos) {
    return Math.round(nanos / 100.0) / 10.0;
  }
}
