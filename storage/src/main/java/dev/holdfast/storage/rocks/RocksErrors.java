package dev.holdfast.storage.rocks;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreException.Reason;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Turns RocksDB's errors into ours. */
final class RocksErrors {
  private RocksErrors() {}

  static StoreException of(String doing, RocksDBException e) {
    return new StoreException(reason(e), doing + ": " + e.getMessage(), e);
  }

  private static Reason reason(RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    Status status = e.getStatus();
    if (message.contains("No space left")
        || message.contains("Disk quota exceeded")
        || (status != null && status.getSubCode() == Status.SubCode.NoSpace)) {
      return Reason.DISK_FULL;
    }
    if (message.contains("lock hold by") || message.contains("LOCK: Resource temporarily")) {
      return Reason.LOCKED;
    }
    if ((status != null && status.getCode() == Status.Code.Corruption)
        || message.contains("Corruption")) {
      return Reason.CORRUPT;
    }
    return Reason.IO;
  }
}
