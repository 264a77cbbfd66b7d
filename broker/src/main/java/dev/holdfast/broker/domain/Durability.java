package dev.holdfast.broker.domain;

import dev.holdfast.storage.StoredMessage;

/**
 * What a message's header says of its durability. A sender that says nothing gets what is safe: its
 * message is kept as durable. Consumers are told what the sender said, as other brokers do: AMQP
 * takes an absent {@code durable} for false, and JMS leaves it out of messages that are not
 * persistent (part 3 §3.2.1).
 */
public enum Durability {
  /** The header says durable. */
  DURABLE(StoredMessage.DURABLE),
  /** The header says not durable: may be lost in a crash. */
  NOT_DURABLE(0),
  /** Nothing is said. */
  UNSAID(StoredMessage.DURABLE | Durability.UNSAID_FLAG);

  private static final int UNSAID_FLAG = 4;

  private final byte flags;

  Durability(int flags) {
    this.flags = (byte) flags;
  }

  /** Bits of {@link StoredMessage#flags()}. */
  public byte flags() {
    return flags;
  }

  /** Whether the message has to survive a crash. */
  public boolean kept() {
    return this != NOT_DURABLE;
  }

  /** Whether consumers are told that a message is durable. */
  public static boolean told(StoredMessage message) {
    return message.durable() && (message.flags() & UNSAID_FLAG) == 0;
  }
}
