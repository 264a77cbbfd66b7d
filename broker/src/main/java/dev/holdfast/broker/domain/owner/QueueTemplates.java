package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.deadletter.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Templates of queues by prefix, built from the store's definitions: JSON under {@code
 * template/NUMBER}, the prefix inside, because the store seals values and not keys. Owner thread.
 */
final class QueueTemplates {
  private static final String KEY = "template/";

  private final DomainSettings settings;
  private final TreeMap<String, Stored> byPrefix = new TreeMap<>();
  private int lastNumber;

  private record Stored(String key, QueueTemplate template) {}

  QueueTemplates(DomainSettings settings) {
    this.settings = settings;
  }

  /** Makes memory agree with the store. */
  void rebuild(Map<String, byte[]> definitions) {
    byPrefix.clear();
    lastNumber = 0;
    for (Map.Entry<String, byte[]> each : definitions.entrySet()) {
      if (each.getKey().startsWith(KEY)) {
        QueueTemplate template = NodeCodec.decodeTemplate(each.getValue(), settings);
        byPrefix.put(template.prefix(), new Stored(each.getKey(), template));
        lastNumber = Math.max(lastNumber, Integer.parseInt(each.getKey().substring(KEY.length())));
      }
    }
  }

  boolean isEmpty() {
    return byPrefix.isEmpty();
  }

  List<QueueTemplate> all() {
    List<QueueTemplate> all = new ArrayList<>();
    byPrefix.values().forEach(each -> all.add(each.template()));
    return all;
  }

  /** The definition's key of the template with this prefix: what it is, or what it will be. */
  String keyFor(String prefix) {
    Stored stored = byPrefix.get(prefix);
    return stored == null ? KEY + (lastNumber + 1) : stored.key();
  }

  boolean has(String prefix) {
    return byPrefix.containsKey(prefix);
  }

  /** The one that counts for this name; null: none. */
  @Nullable QueueTemplate of(String name) {
    // Walks down from the longest possible prefix: whatever lies between cannot be one of it.
    for (Map.Entry<String, Stored> at = byPrefix.floorEntry(name);
        at != null;
        at = byPrefix.lowerEntry(at.getKey())) {
      if (name.startsWith(at.getKey())) {
        return at.getValue().template();
      }
    }
    return null;
  }

  /** What a queue of this name is like when nothing else is said. */
  QueueDefinition usual(String name) {
    QueueTemplate template = of(name);
    if (template == null) {
      return new QueueDefinition(name, settings.maxMessageBytes(), RetryPolicy.DEFAULT);
    }
    QueueDefinition like = template.settings();
    return new QueueDefinition(
        name,
        Math.min(like.maxMessageBytes(), settings.maxMessageBytes()),
        like.handling(),
        like.lifetime(),
        like.limits(),
        like.idempotency(),
        like.serving());
  }
}
