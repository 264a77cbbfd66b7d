package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code top} knows of queues and subscriptions: their counts now, and how they have changed.
 * One thread.
 */
final class TopState {
  private final Map<String, long[]> before = new HashMap<>();
  private long beforeNanos;
  private List<Row> rows = List.of();

  /** How rows can be sorted. */
  enum Order {
    BACKLOG,
    AGE,
    IN,
    OUT,
    DEAD,
    CONSUMERS,
    NAME;

    private static final List<Order> ALL = List.of(values());

    Comparator<Row> comparator() {
      Comparator<Row> own =
          switch (this) {
            case BACKLOG -> Comparator.comparingLong((Row row) -> -row.messages());
            case AGE -> Comparator.comparingLong((Row row) -> -row.oldestSeconds());
            case IN -> Comparator.comparingDouble((Row row) -> -row.in());
            case OUT -> Comparator.comparingDouble((Row row) -> -row.out());
            case DEAD -> Comparator.comparingLong((Row row) -> -row.dead());
            case CONSUMERS -> Comparator.comparingLong((Row row) -> -row.consumers());
            case NAME -> Comparator.comparing(Row::name);
          };
      return own.thenComparing(Row::name);
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The one so many places on, round about. */
    Order plus(int by) {
      return ALL.get(Math.floorMod(ALL.indexOf(this) + by, ALL.size()));
    }
  }

  /**
   * A queue or subscription.
   *
   * @param oldestSeconds age of the oldest message; -1: there is none, or it is not known
   * @param in messages that came in a second
   * @param out messages that consumers were done with in a second
   */
  record Row(
      String name,
      long messages,
      long bytes,
      long unsettled,
      long oldestSeconds,
      double in,
      double out,
      long dead,
      long consumers) {}

  /**
   * What there is to watch: queues, and subscriptions as if they were queues.
   *
   * @throws CommandFailure the broker does not say
   */
  static List<JsonObject> fetch(BrokerApi broker) throws CommandFailure, IOException {
    List<JsonObject> all = new ArrayList<>(broker.get("/queues").objects("queues"));
    for (JsonObject each : broker.get(BrokerApi.subscriptions(null)).objects("subscriptions")) {
      Map<String, Object> fields = new LinkedHashMap<>();
      each.fields()
          .forEach(
              (name, value) -> {
                if (value != null) {
                  fields.put(String.valueOf(name), value);
                }
              });
      fields.put("name", each.text("source") + "::" + each.text("name"));
      // Whatever came is there still, or was acknowledged.
      fields.put("published", each.number("messages") + each.number("acknowledged", 0));
      all.add(new JsonObject(fields));
    }
    return all;
  }

  /** Takes what {@link #fetch} brought. */
  void update(List<JsonObject> queues, Instant now, long nanos) throws IOException {
    List<Row> next = new ArrayList<>();
    double seconds = beforeNanos == 0 ? 0 : (nanos - beforeNanos) / 1e9;
    Map<String, long[]> counts = new HashMap<>();
    for (JsonObject queue : queues) {
      String name = queue.text("name");
      long[] count = {queue.number("published", 0), queue.number("acknowledged", 0)};
      counts.put(name, count);
      next.add(
          new Row(
              name,
              queue.number("messages"),
              queue.number("bytes"),
              queue.number("unsettled"),
              age(queue.text("oldest", ""), now),
              rate(name, count, 0, seconds),
              rate(name, count, 1, seconds),
              queue.number("deadLetters", 0),
              queue.number("consumers")));
    }
    before.clear();
    before.putAll(counts);
    beforeNanos = nanos;
    rows = next;
  }

  private double rate(String name, long[] now, int index, double seconds) {
    long[] then = before.get(name);
    return then == null || seconds <= 0 ? 0 : Math.max(0, now[index] - then[index]) / seconds;
  }

  private static long age(String oldest, Instant now) {
    try {
      return oldest.isEmpty()
          ? -1
          : Math.max(0, Duration.between(Instant.parse(oldest), now).toSeconds());
    } catch (DateTimeException e) {
      return -1;
    }
  }

  /** The queues with this in their names, in order. */
  List<Row> rows(String filter, Order order) {
    return rows.stream()
        .filter(row -> row.name().contains(filter))
        .sorted(order.comparator())
        .toList();
  }
}
