package dev.holdfast.client;

import dev.holdfast.client.wire.EncodedMessage;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One message on its way to the broker. */
final class PendingSend {
  final EncodedMessage encoded;
  final @Nullable String messageId;

  /** A thread waits for it and nobody else sees the future: it may be completed on the loop. */
  final boolean blocking;

  final CompletableFuture<Receipt> result = new CompletableFuture<>();

  // Owned by the event loop once it has been handed over.
  int attempts;
  long deadlineTick;
  boolean answered;
  boolean told;

  PendingSend(EncodedMessage encoded, @Nullable String messageId, boolean blocking) {
    this.encoded = encoded;
    this.messageId = messageId;
    this.blocking = blocking;
  }
}
