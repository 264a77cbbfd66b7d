package dev.holdfast.broker.amqp;

import dev.holdfast.broker.domain.OwnerCommand;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.Binary;

/**
 * The domain's number of a transaction as the wire's txn-id (part 4 §4.5.3): 8 bytes, big-endian.
 */
final class TransactionId {

  /** The number of no transaction that ever was. */
  static final long UNKNOWN = -1;

  private TransactionId() {}

  /** The txn-id of this transaction. */
  static Binary encode(long transaction) {
    return new Binary(ByteBuffer.allocate(Long.BYTES).putLong(transaction).array());
  }

  /**
   * The transaction of this txn-id. One that the broker never gave (of another length, or the
   * number of no transaction) becomes {@link #UNKNOWN}, which the domain knows no transaction by.
   */
  static long decode(Binary id) {
    if (id.getLength() != Long.BYTES) {
      return UNKNOWN;
    }
    long transaction = ByteBuffer.wrap(id.getArray(), id.getArrayOffset(), Long.BYTES).getLong();
    return transaction == OwnerCommand.NO_TRANSACTION ? UNKNOWN : transaction;
  }
}
