package dev.holdfast.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.DeliveryHistory;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.index.AckState;
import dev.holdfast.storage.index.AckState.ChunkPosition;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RowsTest {
  private static final ChunkPosition CHUNK = new ChunkPosition(100, 9);

  @Test
  void historiesWithoutTimesAreReadToo() throws Exception {
    byte[] row =
        ByteBuffer.allocate(1 + 4 + 2 + 2 * 12 + 2)
            .put((byte) 3)
            .putInt(50)
            .putShort((short) 2)
            .putShort((short) 4)
            .putShort((short) 7)
            .putLong(99)
            .putShort((short) 8)
            .putShort((short) 1)
            .putLong(0)
            .put((byte) 0b11)
            .put((byte) 0)
            .array();
    AckState state = Rows.ackStateOf(CHUNK, row);
    assertThat(state.acknowledged()).isEqualTo(2);
    assertThat(state.histories().at(0)).isEqualTo(new DeliveryHistory(7, 99, 0, 0));
    assertThat(state.histories().indexAt(1)).isEqualTo(8);
    AckState again = Rows.ackStateOf(CHUNK, Rows.ackStateValue(state));
    assertThat(Rows.ackStateValue(again)).isEqualTo(Rows.ackStateValue(state)).startsWith(4);
  }

  @Test
  void damageIsNotGuessed() {
    for (byte[] row : new byte[][] {{}, {9, 0, 0, 0, 0, 0, 0}, {4, 0, 0, 0, 0, 0, 1, 0, 0}}) {
      assertThatThrownBy(() -> Rows.ackStateOf(CHUNK, row))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("sequence 100");
    }
  }
}
