package dev.holdfast.storage.log;

/** Row changes to be written as one. Owner thread only. The arrays given are copied. */
public interface RowBatch {
  /** Puts a row. */
  void put(RowFamily family, byte[] key, byte[] value);

  /** Puts a row whose value is the first {@code length} bytes of a buffer. */
  void put(RowFamily family, byte[] key, byte[] buffer, int length);

  /** Deletes a row that may have been put more than once. */
  void delete(RowFamily family, byte[] key);

  /** Deletes a row that was put exactly once. */
  void singleDelete(RowFamily family, byte[] key);

  /** Deletes all rows from {@code from} to before {@code to}. */
  void deleteRange(RowFamily family, byte[] from, byte[] to);

  /** Empties it. */
  void clear();
}
