package dev.holdfast.storage.log;

import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoredBlob;
import dev.holdfast.storage.index.AckState.ChunkPosition;
import dev.holdfast.storage.index.IndexLoader;
import dev.holdfast.storage.index.StoreIndex;
import dev.holdfast.storage.keys.Sealer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads every row of idx and meta once, at recovery; never a body. */
final class RowLoader {
  private final RowEngine engine;
  private final Sealer sealer;
  private final StoreIndex index;
  private final IndexLoader loader;
  private int lastSession;

  /**
   * What does not go into the index.
   *
   * @param commit number of the last commit
   * @param lastSession highest session id ever used
   */
  record Loaded(long commit, int lastSession) {}

  RowLoader(RowEngine engine, Sealer sealer, StoreIndex index) {
    this.engine = engine;
    this.sealer = sealer;
    this.index = index;
    this.loader = new IndexLoader(index);
  }

  Loaded load() throws StoreException {
    long commit = 0;
    byte[] commitRow = engine.get(RowFamily.META, Rows.COMMIT);
    if (commitRow != null) {
      ByteBuffer in = Rows.sized("commit", commitRow, 24);
      commit = in.getLong();
      index.raiseNextChunkId(in.getLong(16));
    }
    loadMeta();
    loadLogs();
    loadChunks();
    loader.finish();
    return new Loaded(commit, lastSession);
  }

  private void loadMeta() throws StoreException {
    byte[] nextLogId = engine.get(RowFamily.META, Rows.NEXT_LOG_ID);
    if (nextLogId != null) {
      loader.nextLogId(Rows.sized("next log id", nextLogId, 4).getInt());
    }
    scan(
        RowFamily.META,
        's',
        (key, value) -> {
          lastSession = Rows.sized("session", key, 5).getInt(1);
          Rows.sized("session salt", value, 16);
          sealer.addSession(lastSession, value);
        });
    scan(
        RowFamily.META,
        'd',
        (key, value) -> {
          byte[] plain = sealer.openRow(key, value);
          int name = plain.length < 2 ? 0 : Short.toUnsignedInt(ByteBuffer.wrap(plain).getShort());
          if (plain.length < 2 + name) {
            throw Rows.damaged("definition");
          }
          loader.definition(
              new String(plain, 2, name, StandardCharsets.UTF_8),
              Arrays.copyOfRange(plain, 2 + name, plain.length));
        });
  }

  private void loadLogs() throws StoreException {
    scan(
        RowFamily.IDX,
        'L',
        (key, value) -> {
          ByteBuffer in = Rows.sized("log", value, 16);
          loader.log(Rows.sized("log", key, 5).getInt(1), in.getLong(), in.getLong());
        });
    scan(
        RowFamily.IDX,
        'U',
        (key, value) -> {
          ByteBuffer in = Rows.sized("cursor", key, 9);
          loader.cursor(in.getInt(1), in.getInt(5), Rows.sized("cursor", value, 8).getLong());
        });
  }

  private void loadChunks() throws StoreException {
    scan(
        RowFamily.IDX,
        'B',
        (key, value) ->
            loader.orphan(
                new StoredBlob(
                    Rows.sized("blob", key, 9).getLong(1),
                    0,
                    Rows.sized("blob", value, 4).getInt())));
    scan(
        RowFamily.IDX,
        'C',
        (key, value) ->
            loader.chunk(Rows.sized("chunk", key, 13).getInt(1), Rows.chunkOf(key, value)));
    scan(
        RowFamily.IDX,
        'D',
        (key, value) -> {
          ByteBuffer in = Rows.sized("dead run", key, 13);
          loader.deadRun(in.getInt(1), in.getLong(5), Rows.sized("dead run", value, 8).getLong());
        });
    scan(
        RowFamily.IDX,
        'A',
        (key, value) -> {
          ByteBuffer in = Rows.sized("acknowledgements", key, 17);
          int logId = in.getInt(1);
          long first = in.getLong(9);
          ChunkPosition chunk = new ChunkPosition(first, loader.chunkCount(logId, first));
          loader.state(logId, in.getInt(5), Rows.ackStateOf(chunk, value));
        });
  }

  private void scan(RowFamily family, char kind, EachRow each) throws StoreException {
    engine.scan(
        family,
        Rows.kind(kind),
        Rows.afterKind(kind),
        (key, value) -> {
          each.row(key, value);
          return true;
        });
  }

  @FunctionalInterface
  private interface EachRow {
    void row(byte[] key, byte[] value) throws StoreException;
  }
}
