package dev.holdfast.broker.audit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes records of what happens. Any thread; nothing blocks. */
public interface AuditTrail {

  /** A trail that leads nowhere. */
  AuditTrail NONE =
      new AuditTrail() {
        @Override
        public void record(AuditEvent event) {
          // Nowhere.
        }

        @Override
        public void keep(AuditEvent event) {
          // Nowhere.
        }

        @Override
        public void count(AuditEvent event) {
          // Nowhere.
        }

        @Override
        public CompletionStage<Void> durably(AuditEvent event) {
          return CompletableFuture.completedStage(null);
        }
      };

  /** An ordinary event. When more come than can be written, how many were lost is recorded. */
  void record(AuditEvent event);

  /** An event that is not lost while the process lives. */
  void keep(AuditEvent event);

  /**
   * An event that may come in floods, denials above all: the first of its kind is written at once,
   * repeats together, once a second, with their exact number.
   */
  void count(AuditEvent event);

  /**
   * An event that has to be on disk before what it speaks of happens.
   *
   * @return completes when it is, on the log's thread; fails with {@link AuditException} {@code
   *     FULL} when it must not happen
   */
  CompletionStage<Void> durably(AuditEvent event);
}
