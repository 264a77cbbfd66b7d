package dev.holdfast.broker.domain;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import org.jspecify.annotations.Nullable;

/** Where the parts of large messages are read. Any thread; blocks. */
@FunctionalInterface
public interface PartSource {

  /**
   * One part.
   *
   * @return null: the message has been deleted meanwhile
   * @throws StoreException it cannot be read
   */
  byte @Nullable [] read(StoredBlob blob, int part) throws StoreException;
}
