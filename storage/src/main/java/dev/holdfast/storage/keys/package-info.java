/**
 * Keys and sealing: key-encryption key, keyring file, data keys, AES-256-GCM of chunks and rows.
 */
@NullMarked
package dev.holdfast.storage.keys;

import org.jspecify.annotations.NullMarked;
