/**
 * The message store on RocksDB: the only package that imports {@code org.rocksdb}. Data directory,
 * options, verification of the write-ahead log, disk reserve.
 */
@NullMarked
package dev.holdfast.storage.rocks;

import org.jspecify.annotations.NullMarked;
