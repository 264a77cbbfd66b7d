package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import org.apache.qpid.proton.amqp.transport.Open;

/**
 * What the peer takes (part 2 §2.7.1).
 *
 * @param maxFrameBytes the largest frame that may be sent to it
 * @param channelMax the highest channel number it hears on
 */
record PeerLimits(int maxFrameBytes, int channelMax) {

  private static final int MIN_MAX_FRAME = 512;
  private static final int MAX_CHANNEL = 65_535;

  /** What holds until its open has come. */
  static final PeerLimits UNKNOWN = new PeerLimits(MIN_MAX_FRAME, 0);

  /**
   * What an open says.
   *
   * @param ownMaxFrameBytes frames are not made larger than this whatever the peer takes
   * @throws FaultException when it takes less than the standard's minimum
   */
  static PeerLimits of(Open open, int ownMaxFrameBytes) {
    long frame =
        open.getMaxFrameSize() == null ? Integer.MAX_VALUE : open.getMaxFrameSize().longValue();
    if (frame < MIN_MAX_FRAME) {
      throw new FaultException(Fault.FRAME_MAX);
    }
    int channel = open.getChannelMax() == null ? MAX_CHANNEL : open.getChannelMax().intValue();
    return new PeerLimits((int) Math.min(frame, ownMaxFrameBytes), channel);
  }
}
