package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.qpid.proton.amqp.Binary;
import org.junit.jupiter.api.Test;

class TransactionIdTest {

  @Test
  void idsComeBackAsTheyWere() {
    for (long transaction : new long[] {1, 255, 256, Long.MAX_VALUE, 0x0102_0304_0506_0708L}) {
      Binary id = TransactionId.encode(transaction);
      assertThat(id.getLength()).isEqualTo(8);
      assertThat(TransactionId.decode(id)).isEqualTo(transaction);
    }
    assertThat(TransactionId.encode(0x0102L).getArray()).endsWith(1, 2);
    byte[] within = {9, 0, 0, 0, 0, 0, 0, 0, 7, 9};
    assertThat(TransactionId.decode(new Binary(within, 1, 8))).isEqualTo(7);
  }

  @Test
  void whatTheBrokerNeverGaveIsUnknownAndNeverNoTransaction() {
    for (byte[] id : new byte[][] {{}, {1}, new byte[7], new byte[8], new byte[9]}) {
      assertThat(TransactionId.decode(new Binary(id))).isEqualTo(TransactionId.UNKNOWN);
    }
  }
}
