package dev.holdfast.broker.config;

/** Whether TLS clients are asked for a certificate. */
enum ClientAuth {
  /** They are not. */
  NONE,
  /** They are, and may do without. */
  REQUEST,
  /** They are, and have to show one. */
  REQUIRED
}
