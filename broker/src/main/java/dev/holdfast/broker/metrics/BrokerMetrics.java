package dev.holdfast.broker.metrics;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.amqp.ConnectionInfo;
import dev.holdfast.broker.audit.AuditLog;
import dev.holdfast.broker.domain.Statistics;
import dev.holdfast.broker.domain.StatisticsPort;
import dev.holdfast.storage.StoreHealth;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The broker's metrics. Its own are counted where things happen and read at the moment of a scrape;
 * those of the JVM are Micrometer's. Any thread.
 */
public final class BrokerMetrics implements AutoCloseable {
  /** Of what {@link #scrape} gives. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private final Sources sources;
  private final int nodes;
  private final List<Metric> own = Catalogue.all();

  /** To load what they need takes longer than a broker may take to start. */
  private final CompletableFuture<JvmMetrics> jvm = CompletableFuture.supplyAsync(JvmMetrics::new);

  /**
   * What is told of.
   *
   * @param version of the broker
   * @param uptimeSeconds since it was ready
   * @param ready whether it takes work
   * @param certificateEndsMs when the certificate that it serves ends, epoch milliseconds; 0: none
   * @param domain nodes and messages
   * @param store room and files
   * @param connections open ones
   * @param audit log of who did what
   */
  public record Sources(
      String version,
      LongSupplier uptimeSeconds,
      BooleanSupplier ready,
      LongSupplier certificateEndsMs,
      StatisticsPort domain,
      Supplier<StoreHealth> store,
      Supplier<CompletionStage<List<ConnectionInfo>>> connections,
      AuditLog audit) {}

  /**
   * Begins to count.
   *
   * @param nodes that are named at most; the others are told of together
   */
  public BrokerMetrics(Sources sources, int nodes) {
    this.sources = sources;
    this.nodes = nodes;
  }

  /**
   * All metrics at one moment, as text for Prometheus.
   *
   * @param principal who asks: nodes that this principal may not inspect are not named
   * @param workers write the text
   */
  public CompletionStage<byte[]> scrape(Principal principal, Executor workers) {
    return sources
        .domain()
        .statistics(principal, nodes)
        .thenCombine(sources.connections().get(), this::reading)
        .thenCombineAsync(jvm, this::text, workers);
  }

  private Reading reading(Statistics domain, List<ConnectionInfo> connections) {
    return new Reading(
        new Reading.BrokerFacts(
            sources.version(),
            sources.uptimeSeconds().getAsLong(),
            sources.ready().getAsBoolean(),
            sources.certificateEndsMs().getAsLong()),
        domain,
        sources.store().get(),
        connections,
        sources.audit());
  }

  private byte[] text(Reading reading, JvmMetrics machine) {
    List<MetricSnapshot> all = new ArrayList<>();
    for (Metric metric : own) {
      all.add(metric.snapshot(reading));
    }
    machine.addTo(all);
    try {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      PrometheusTextFormatWriter.create().write(text, new MetricSnapshots(all));
      return text.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    jvm.join().close();
  }
}
