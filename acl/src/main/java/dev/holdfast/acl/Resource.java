package dev.holdfast.acl;

/**
 * What an operation is done to.
 *
 * @param kind of the resource
 * @param name of the node; empty for {@link Kind#BROKER}; {@code TOPIC::NAME} for a subscription,
 *     since neither topics nor queues have {@code ::} in their names
 */
public record Resource(Kind kind, String name) {

  static final String SEPARATOR = "::";

  /** The broker itself. */
  public static final Resource THE_BROKER = new Resource(Kind.BROKER, "");

  /** A queue. */
  public static Resource queue(String name) {
    return new Resource(Kind.QUEUE, name);
  }

  /** A topic. */
  public static Resource topic(String name) {
    return new Resource(Kind.TOPIC, name);
  }

  /** A subscription of a topic. */
  public static Resource subscription(String topic, String name) {
    return new Resource(Kind.SUBSCRIPTION, topic + SEPARATOR + name);
  }

  /** The dead letters of a node: a resource of their own, so that readers need their own grant. */
  public static Resource deadLetters(String node) {
    return new Resource(Kind.DEAD_LETTERS, node);
  }

  /** Kinds of resources. */
  public enum Kind {
    /** A queue. */
    QUEUE,
    /** A topic. */
    TOPIC,
    /** A subscription. */
    SUBSCRIPTION,
    /** The dead letters of a node. */
    DEAD_LETTERS,
    /** The broker. */
    BROKER
  }

  /** As rules write it. */
  @Override
  public String toString() {
    return switch (kind) {
      case QUEUE -> "queue:" + name;
      case TOPIC -> "topic:" + name;
      case SUBSCRIPTION -> "sub:" + name.replaceFirst(SEPARATOR, "/");
      case DEAD_LETTERS -> "dlq:" + name;
      case BROKER -> "broker";
    };
  }
}
