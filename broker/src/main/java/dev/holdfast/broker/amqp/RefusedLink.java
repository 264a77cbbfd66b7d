package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Flow;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/**
 * A link that the edge refused itself: only waits for the peer's detach.
 *
 * @param end the link's end
 */
record RefusedLink(LinkEnd end) implements Link {

  @Override
  public void flow(Flow flow) {
    // What the peer sent before it read the detach has nothing to act on.
  }

  @Override
  public void detached(boolean closed) {
    end.peerDetached(closed);
  }

  @Override
  public void lost(boolean clean) {
    end.lost();
  }

  @Override
  public void expel(ErrorCondition error) {
    end.detach(error);
  }
}
