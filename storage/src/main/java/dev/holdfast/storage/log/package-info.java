/**
 * The message store itself, over any engine that keeps ordered rows: byte layout of every row,
 * chunks, the commit, recovery. Knows no RocksDB.
 */
@NullMarked
package dev.holdfast.storage.log;

import org.jspecify.annotations.NullMarked;
