package dev.holdfast.broker.amqp.management;

import dev.holdfast.acl.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A kind of things that {@code $management} manages. Any thread. */
public interface ManagedType {
  /** Its name, {@code queue} for example. */
  String name();

  /** Names of what {@link #read} shows. */
  List<String> attributes();

  /** All that the principal may see. */
  CompletionStage<List<Map<String, Object>>> list(Principal principal);

  /** One of them. */
  CompletionStage<Map<String, Object>> read(Principal principal, String name);

  /**
   * Makes one.
   *
   * @throws IllegalArgumentException an attribute is unknown or not acceptable
   */
  CompletionStage<Map<String, Object>> create(
      Principal principal, String name, Map<String, Object> attributes);

  /**
   * Changes what attributes name; what they do not name stays. Completes with the whole as {@link
   * #read} shows it.
   *
   * @throws IllegalArgumentException an attribute is unknown or not acceptable
   */
  CompletionStage<Map<String, Object>> update(
      Principal principal, String name, Map<String, Object> attributes);

  /** Deletes one; completes with the messages, or subscriptions, that went with it. */
  CompletionStage<Long> delete(Principal principal, String name);
}
