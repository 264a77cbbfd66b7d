package dev.holdfast.broker.amqp;

import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Open;

/** Performatives for the tests of other packages. */
public final class Samples {

  private Samples() {}

  /** A sender's attach. */
  public static Attach attach() {
    return RawPeer.attachFrame("name", 3, true, "address");
  }

  /** An open. */
  public static Open open() {
    return RawPeer.openFrame("container");
  }
}
