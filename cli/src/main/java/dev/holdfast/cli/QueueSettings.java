package dev.holdfast.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a queue that can be chosen when it is made, and changed later. */
final class QueueSettings {
  @Option(
      names = "--max-message-bytes",
      paramLabel = "BYTES",
      description = "Refuse larger messages.")
  private @Nullable Long maxMessageBytes;

  @Option(
      names = "--max-deliveries",
      paramLabel = "N",
      description = "Failed deliveries before a message is a dead letter; default 10.")
  private @Nullable Integer maxDeliveries;

  @Option(
      names = "--retry-initial",
      paramLabel = "TIME",
      description = "Wait after the first failure; default 1s, 0s: none.")
  private @Nullable String retryInitial;

  @Option(
      names = "--retry-multiplier",
      paramLabel = "X",
      description = "How much longer each wait is than the one before; default 2.")
  private @Nullable Double retryMultiplier;

  @Option(names = "--retry-max", paramLabel = "TIME", description = "Longest wait; default 5m.")
  private @Nullable String retryMax;

  @Option(
      names = "--retry-jitter",
      paramLabel = "SHARE",
      description = "By which share a wait is shorter or longer, 0 to 1; default 0.2.")
  private @Nullable Double retryJitter;

  @Option(
      names = "--lock-timeout",
      paramLabel = "TIME",
      description =
          "A consumer that keeps a message so long without a word loses it; default 5m, 0s: never.")
  private @Nullable String lockTimeout;

  @Option(
      names = "--dead-letter-to",
      paramLabel = "NODE",
      description = "Send dead letters to this node; '' for NAME/$dead-letter.")
  private @Nullable String deadLetterTo;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description = "Time to live of messages that bring none; 0s: for ever.")
  private @Nullable String ttl;

  @Option(
      names = "--max-ttl",
      paramLabel = "TIME",
      description = "Longest time to live, whatever a message brings; 0s: no limit.")
  private @Nullable String maxTtl;

  @Option(
      names = "--drop-expired",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Expired messages are removed instead of dead-lettered.")
  private @Nullable Boolean dropExpired;

  @Option(
      names = "--auto-delete",
      paramLabel = "TIME",
      description =
          "Delete the queue when nobody has used it for so long and it holds nothing; 0s: never.")
  private @Nullable String autoDelete;

  @Option(
      names = "--max-messages",
      paramLabel = "N",
      description = "Most messages, those out at consumers and delayed ones included; 0: no limit.")
  private @Nullable Long maxMessages;

  @Option(
      names = "--max-bytes",
      paramLabel = "BYTES",
      description = "Most bytes of messages; 0: no limit.")
  private @Nullable Long maxBytes;

  @Option(
      names = "--overflow",
      paramLabel = "POLICY",
      description =
          "What happens to a message that does not fit: reject (default), block, drop-oldest,"
              + " dead-letter-oldest.")
  private @Nullable String overflow;

  @Option(
      names = "--idempotency-window",
      paramLabel = "TIME",
      description =
          "For how long a message with an idempotency key is not stored twice: 1s to 30d; default"
              + " 10m.")
  private @Nullable String idempotencyWindow;

  @Option(
      names = "--idempotency-by-message-id",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "A message without an idempotency key is known by its message-id.")
  private @Nullable Boolean idempotencyByMessageId;

  /** Adds what has been given, as the API wants it. */
  void put(Map<String, Object> body) throws CommandFailure {
    value(body, "maxMessageBytes", maxMessageBytes);
    value(body, "maxDeliveries", maxDeliveries);
    time(body, "retryInitialMs", retryInitial);
    value(body, "retryMultiplier", retryMultiplier);
    time(body, "retryMaxMs", retryMax);
    value(body, "retryJitter", retryJitter);
    time(body, "lockTimeoutMs", lockTimeout);
    value(body, "deadLetterTo", deadLetterTo);
    time(body, "ttlMs", ttl);
    time(body, "maxTtlMs", maxTtl);
    value(body, "dropExpired", dropExpired);
    time(body, "autoDeleteMs", autoDelete);
    value(body, "maxMessages", maxMessages);
    value(body, "maxBytes", maxBytes);
    value(body, "overflow", overflow);
    time(body, "idempotencyWindowMs", idempotencyWindow);
    value(body, "idempotencyByMessageId", idempotencyByMessageId);
  }

  private static void value(Map<String, Object> body, String name, @Nullable Object value) {
    if (value != null) {
      body.put(name, value);
    }
  }

  private static void time(Map<String, Object> body, String name, @Nullable String text)
      throws CommandFailure {
    if (text != null) {
      body.put(name, Units.millis(text));
    }
  }
}
