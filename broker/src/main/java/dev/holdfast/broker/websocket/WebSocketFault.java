package dev.holdfast.broker.websocket;

/** The peer broke a rule of the framing. */
final class WebSocketFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final CloseCode code;

  WebSocketFault(CloseCode code) {
    super(code.words, null, false, false);
    this.code = code;
  }

  CloseCode code() {
    return code;
  }
}
