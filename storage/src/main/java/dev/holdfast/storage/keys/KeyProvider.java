package dev.holdfast.storage.keys;

import dev.holdfast.storage.StoreException;

/**
 * Holds the key-encryption key and uses it on behalf of the keyring. Implementations: {@link
 * FileKeyProvider}; others (systemd credential, PKCS#11, an external service) fit without a change
 * of format, because the keyring names the type and its parameters.
 */
public interface KeyProvider extends AutoCloseable {
  /** Seals the keyring's content, so that only this key opens it, bound to {@code aad}. */
  byte[] wrap(byte[] plain, byte[] aad) throws StoreException;

  /**
   * Opens what {@link #wrap} made.
   *
   * @throws StoreException {@code WRONG_KEY} when it was made with another key or was changed
   */
  byte[] unwrap(byte[] wrapped, byte[] aad) throws StoreException;

  /** Type as written into the keyring: 1 file. */
  byte type();

  /** Parameters as written into the keyring; nothing secret. */
  byte[] parameters();

  /** What to call it in messages. */
  String id();

  /** Whether the key can be made impossible to recover, as hardware can and a file cannot. */
  boolean canForget();

  /** Forgets the key in memory. */
  @Override
  void close();
}
