package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.storage.MessageStore;
import dev.holdfast.storage.RememberedKey;
import dev.holdfast.storage.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a message whose idempotency key is known from a new one, and remembers the new one's key in
 * the batch that stores it.
 *
 * <p>Invariants: a key is remembered exactly when its message is stored, for they are in one batch;
 * within the window no second message with the key is stored, also not in the same batch; a key
 * whose window is not over is never forgotten to make room: new ones are refused instead. Owner
 * thread.
 */
final class IdempotencyCheck {
  /** The key stands for another message. */
  static final NodeError ANOTHER_MESSAGE =
      new NodeError(
          NodeError.Code.PRECONDITION_FAILED,
          "another message with the same idempotency key and a different body is stored; use a"
              + " key of its own for each message");

  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyCheck.class);

  /** What a key takes on disk, about. */
  static final int BYTES_PER_KEY = 64;

  private static final long FORGET_EVERY_MS = 10_000;

  private final MessageStore store;
  private final StagedBatch batch;
  private final long maxKeys;

  /** Keys that the batch under way remembers. */
  private final Map<Key, RememberedKey> staged = new HashMap<>();

  /** Those of them that go when the batch fails: a transaction's share its fate. */
  private final List<Staged> undoable = new ArrayList<>();

  private long forgottenMs;

  /** A node and a key. */
  private record Key(int node, String text) {}

  /**
   * A key of the batch under way.
   *
   * @param node the node's log
   * @param key its bytes
   * @param storedMs when
   * @param windowMs for how long
   */
  record Staged(int node, byte[] key, long storedMs, long windowMs) {}

  /**
   * What is known of a message's key.
   *
   * @param sequence of the first copy
   * @param refusal not null: the message must be refused
   */
  record Known(long sequence, @Nullable NodeError refusal) {}

  IdempotencyCheck(MessageStore store, StagedBatch batch, long maxBytes) {
    this.store = store;
    this.batch = batch;
    this.maxKeys = maxBytes / BYTES_PER_KEY;
  }

  /** The key that this node knows a message by; null: none. */
  static @Nullable String key(Node node, IncomingMessage.Marks marks) {
    String key = marks.idempotencyKey();
    return key == null && node.idempotency().byMessageId() ? marks.messageId() : key;
  }

  /**
   * What is known of this key within the node's window; null: nothing, the message is new.
   *
   * @param node the node's log
   */
  @Nullable Known find(int node, String key, IncomingMessage message, long windowMs) {
    RememberedKey remembered = staged.get(new Key(node, key));
    if (remembered == null) {
      try {
        Optional<RememberedKey> stored = store.remembered(node, bytes(key));
        // A clock that went back must not end a window.
        remembered =
            stored.isPresent() && batch.nowMs() - stored.get().storedMs() < windowMs
                ? stored.get()
                : null;
      } catch (StoreException e) {
        LOG.error("an idempotency key cannot be looked up", e);
        return new Known(
            0,
            new NodeError(
                NodeError.Code.INTERNAL,
                "the broker could not tell whether it has the message; send it again"));
      }
    }
    if (remembered != null) {
      return known(remembered, message);
    }
    return store.rememberedKeys() + staged.size() < maxKeys
        ? null
        : new Known(
            0,
            new NodeError(
                NodeError.Code.RESOURCE_LIMIT_EXCEEDED,
                "the broker keeps as many idempotency keys as it may; send again later, or without"
                    + " a key"));
  }

  private Known known(RememberedKey remembered, IncomingMessage message) {
    if (remembered.bodyDigest() != message.marks().bodyDigest()) {
      return new Known(remembered.sequence(), ANOTHER_MESSAGE);
    }
    if (message.durable()) {
      // The first copy may have been written without a sync.
      batch.waitForSync();
    }
    return new Known(remembered.sequence(), null);
  }

  /** Remembers the key of a message that has just been staged. */
  void remember(int node, String key, IncomingMessage message, long sequence, long windowMs) {
    RememberedKey value = new RememberedKey(sequence, message.marks().bodyDigest(), batch.nowMs());
    byte[] bytes = bytes(key);
    staged.put(new Key(node, key), value);
    if (!batch.inTransaction()) {
      undoable.add(new Staged(node, bytes, value.storedMs(), windowMs));
    }
    batch.changes().remember(node, bytes, value, windowMs);
  }

  /** Keys of publishes without a transaction, to be taken back when the batch fails. */
  List<Staged> staged() {
    return undoable;
  }

  /** The batch has been committed, or given up. */
  void batchEnded() {
    if (!staged.isEmpty()) {
      staged.clear();
      undoable.clear();
    }
  }

  /** Lets go, now and then, of what no window reaches. */
  void forget() {
    long now = batch.nowMs();
    if (now - forgottenMs >= FORGET_EVERY_MS || now < forgottenMs) {
      forgottenMs = now;
      if (store.rememberedKeys() > 0) {
        batch.changes().forgetKeys(now);
      }
    }
  }

  static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }
}
