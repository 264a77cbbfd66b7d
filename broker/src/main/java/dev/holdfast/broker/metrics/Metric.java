package dev.holdfast.broker.metrics;

import dev.holdfast.broker.domain.Statistics;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A metric: what it is called, what it means, and how it is read.
 *
 * @param name in Prometheus, with its unit and, of a counter, {@code _total}
 * @param type of it
 * @param labels that its samples have
 * @param meaning in a sentence, for people
 * @param read its samples
 */
record Metric(
    String name,
    Type type,
    List<String> labels,
    String meaning,
    Function<Reading, List<Sample>> read) {

  /** Types. */
  enum Type {
    /** Only ever grows, until the broker starts again. */
    COUNTER("counter"),
    /** Goes up and down. */
    GAUGE("gauge"),
    /** How often something took how long. */
    HISTOGRAM("histogram");

    final String word;

    Type(String word) {
      this.word = word;
    }
  }

  /**
   * One number.
   *
   * @param labels their values, in the order of their names
   * @param value number of a counter or gauge
   * @param times of a histogram
   */
  record Sample(List<String> labels, double value, Statistics.Times times) {
    private static final Statistics.Times NONE =
        new Statistics.Times(new double[0], new long[1], 0);

    static Sample of(long value, String... labels) {
      return of((double) value, labels);
    }

    static Sample of(double value, String... labels) {
      return new Sample(List.of(labels), value, NONE);
    }
  }

  static Metric counter(String name, String meaning, ToDoubleFunction<Reading> value) {
    return one(name, Type.COUNTER, meaning, value);
  }

  static Metric gauge(String name, String meaning, ToDoubleFunction<Reading> value) {
    return one(name, Type.GAUGE, meaning, value);
  }

  private static Metric one(
      String name, Type type, String meaning, ToDoubleFunction<Reading> value) {
    return new Metric(
        name,
        type,
        List.of(),
        meaning,
        reading -> List.of(Sample.of(value.applyAsDouble(reading))));
  }

  static Metric histogram(String name, String meaning, Function<Reading, Statistics.Times> times) {
    return new Metric(
        name,
        Type.HISTOGRAM,
        List.of(),
        meaning,
        reading -> List.of(new Sample(List.of(), 0, times.apply(reading))));
  }

  /** As it is now. */
  MetricSnapshot snapshot(Reading reading) {
    List<Sample> samples = read.apply(reading);
    return switch (type) {
      case COUNTER ->
          new CounterSnapshot(
              new MetricMetadata(name.substring(0, name.length() - "_total".length()), meaning),
              samples.stream().map(this::count).toList());
      case GAUGE ->
          new GaugeSnapshot(
              new MetricMetadata(name, meaning), samples.stream().map(this::level).toList());
      case HISTOGRAM ->
          new HistogramSnapshot(
              new MetricMetadata(name, meaning), samples.stream().map(this::distribution).toList());
    };
  }

  private Labels labels(Sample sample) {
    return Labels.of(labels, sample.labels);
  }

  private CounterDataPointSnapshot count(Sample sample) {
    return CounterDataPointSnapshot.builder().labels(labels(sample)).value(sample.value).build();
  }

  private GaugeDataPointSnapshot level(Sample sample) {
    return GaugeDataPointSnapshot.builder().labels(labels(sample)).value(sample.value).build();
  }

  private HistogramDataPointSnapshot distribution(Sample sample) {
    Statistics.Times times = sample.times;
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < times.counts().length; i++) {
      bounds.add(i < times.bounds().length ? times.bounds()[i] : Double.POSITIVE_INFINITY);
      counts.add(times.counts()[i]);
    }
    return HistogramDataPointSnapshot.builder()
        .labels(labels(sample))
        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
        .sum(times.seconds())
        .build();
  }
}
