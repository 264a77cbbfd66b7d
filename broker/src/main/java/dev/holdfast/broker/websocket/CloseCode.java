package dev.holdfast.broker.websocket;

/** Why the broker closes a WebSocket (RFC 6455 §7.4.1), and the words the peer gets. */
enum CloseCode {
  /** All is said. */
  NORMAL(1000, ""),
  /** A rule of the framing is broken. */
  PROTOCOL(1002, "a frame breaks RFC 6455"),
  /** Text. */
  UNSUPPORTED(1003, "AMQP travels in binary frames"),
  /** A frame of absurd size. */
  TOO_BIG(1009, "a frame is too large");

  final int status;
  final String words;

  CloseCode(int status, String words) {
    this.status = status;
    this.words = words;
  }
}
