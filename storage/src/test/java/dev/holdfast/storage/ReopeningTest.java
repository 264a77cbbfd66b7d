package dev.holdfast.storage;

import static dev.holdfast.storage.MessageStore.Durability.SYNCED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.storage.log.LogStore;
import dev.holdfast.storage.log.RowEngine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Housekeeping opens the engine again to make room, which may fail for a while. */
class ReopeningTest {
  private final InMemoryDisk disk = new InMemoryDisk();
  private LogStore store;
  private boolean wanted;
  private int failures;
  private int reopened;

  @BeforeEach
  void open() throws StoreException {
    RowEngine inner = disk.engine();
    RowEngine engine =
        (RowEngine)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RowEngine.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("makeRoom")) {
                    return wanted;
                  }
                  if (method.getName().equals("reopen")) {
                    reopened++;
                    if (failures-- > 0) {
                      throw new StoreException(
                          StoreException.Reason.DISK_FULL, "no room to open (by test)");
                    }
                  }
                  try {
                    return method.invoke(inner, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    store =
        LogStore.start(
            engine, new PlainSealer(), () -> 0, new LogStore.Keys(1 << 20, Runnable::run));
    StoreBatch batch = store.newBatch();
    batch.createLog(1);
    batch.createCursor(1, 1, 1);
    batch.append(1, message(1));
    store.commit(batch, SYNCED);
    disk.setFull(true);
    wanted = true;
  }

  private static StoredMessage message(long sequence) {
    return new StoredMessage(
        sequence, (byte) 1, (byte) 4, 5, 0, 0, 0, StoredMessage.NO_ATTRIBUTES, new byte[10]);
  }

  private void append(long sequence) throws StoreException {
    StoreBatch batch = store.newBatch();
    batch.append(1, message(sequence));
    store.commit(batch, SYNCED);
  }

  @Test
  void nothingInMemoryChanges() throws Exception {
    StoreView.LogView before = store.view().log(1);
    store.maintain();
    assertThat(reopened).isEqualTo(1);
    assertThat(store.view().log(1)).isSameAs(before);
    append(2);
    assertThat(before.cursor(1).messages()).isEqualTo(2);
  }

  @Test
  void whileItFailsCommitsFailAndRecoveringHeals() throws Exception {
    failures = 2;
    store.maintain();
    assertThatThrownBy(() -> append(2)).isInstanceOf(StoreException.class);
    assertThatThrownBy(store::recover).isInstanceOf(StoreException.class);
    store.recover();
    append(2);
    assertThat(store.view().log(1).cursor(1).messages()).isEqualTo(2);
  }

  @Test
  void itIsTriedAgainByItself() throws Exception {
    failures = 2;
    store.maintain();
    store.maintain();
    assertThatThrownBy(store::sync).isInstanceOf(StoreException.class);
    store.maintain();
    append(2);
    assertThat(reopened).isEqualTo(3);
  }

  @Test
  void anEngineThatLostACommitIsNotUsed() throws Exception {
    append(2);
    disk.rows(dev.holdfast.storage.log.RowFamily.META).put(new byte[] {'c'}, new byte[24]);
    store.maintain();
    assertThatThrownBy(() -> append(3)).isInstanceOf(StoreException.class);
  }
}
