package dev.holdfast.benchmarks.selector;

import dev.holdfast.broker.selector.PropertyFilter;
import dev.holdfast.broker.selector.Selector;
import dev.holdfast.broker.selector.SelectorException;
import dev.holdfast.broker.selector.StoredFields;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.message.Message;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Filters that reject every message, on a message as the store keeps it: five properties, six
 * application properties, 1 KiB of body. Each round turns to 64 messages that differ in their
 * bytes, none of which has been looked at; the unit is one message.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SelectorBenchmark {
  private static final int MESSAGES = 64;
  private static final String TEXT = "region = 'north' AND priority > 6 AND name LIKE 'a%z'";

  private final StoredFields fields = new StoredFields();
  private final byte[][] messages = new byte[MESSAGES][];
  private Selector last = wanted("TRUE");
  private Selector first = last;
  private Selector header = last;
  private PropertyFilter property = property("north");
  private int next;

  /** Encodes the messages; they are rejected by their names only, so that all three are read. */
  @Setup
  public void prepare() {
    for (int i = 0; i < MESSAGES; i++) {
      Map<String, Object> application = new LinkedHashMap<>();
      application.put("tenant", "acme-" + i);
      application.put("kind", "order");
      application.put("version", 3);
      application.put("region", "north");
      application.put("priority", 7 + i % 3);
      application.put("name", "alpha-" + i);
      Message message = Proton.message();
      message.setMessageId("order-" + i);
      message.setAddress("orders");
      message.setCorrelationId("basket-" + i);
      message.setContentType("application/json");
      message.setCreationTime(1_700_000_000_000L + i);
      message.setApplicationProperties(new ApplicationProperties(application));
      message.setBody(new Data(new Binary(new byte[1_024])));
      byte[] buffer = new byte[2_048];
      int length = message.encode(buffer, 0, buffer.length);
      messages[i] = ByteBuffer.allocate(length).put(buffer, 0, length).array();
    }
    last = wanted(TEXT);
    first = wanted(TEXT.replace("north", "south"));
    header = wanted("JMSPriority > 6 AND " + TEXT);
    property = property("south");
  }

  private static Selector wanted(String text) {
    try {
      return Selector.parse(text);
    } catch (SelectorException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  private static PropertyFilter property(String region) {
    try {
      return PropertyFilter.onApplicationProperties(Map.of("region", region));
    } catch (SelectorException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  private StoredFields message() {
    next = (next + 1) % MESSAGES;
    return fields.of(true, (byte) 4, -1, 0, 0, messages[next]);
  }

  /** All three conditions are evaluated; the last one fails. */
  @Benchmark
  public boolean lastConditionFails() {
    return last.matches(message());
  }

  /** The first condition fails, on an application property. */
  @Benchmark
  public boolean firstConditionFails() {
    return first.matches(message());
  }

  /** The first condition fails on the header: no section is looked at. */
  @Benchmark
  public boolean headerFails() {
    return header.matches(message());
  }

  /** A property filter on one application property. */
  @Benchmark
  public boolean propertyFilterFails() {
    return property.matches(message());
  }

  /** What it costs to make the selector. */
  @Benchmark
  public Selector parse() {
    return wanted(TEXT);
  }
}
