package dev.holdfast.client;

/** Where a {@link Holdfast} connection stands. */
public enum ConnectionState {
  /** The first connection is being made. */
  CONNECTING,
  /** Open and authenticated. */
  CONNECTED,
  /** The connection was lost; new attempts are made with growing pauses. */
  RECONNECTING,
  /** Given up: too many attempts, or too many refused logins. Everything fails from here on. */
  FAILED,
  /** Closed by the application. */
  CLOSED
}
