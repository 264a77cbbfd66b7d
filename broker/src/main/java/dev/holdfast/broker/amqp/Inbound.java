package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.FrameInput;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.transport.Open;

/**
 * What may come in on a connection, and when: protocol headers (part 2 §2.2), SASL frames until the
 * outcome, open as the first frame after it, and then everything else. Nothing of AMQP is looked at
 * before authentication. Event-loop thread.
 */
final class Inbound implements FrameInput.Sink {

  private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
  private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
  private static final int SASL_FRAME_BYTES = 4 * 1024;
  private static final int AMQP = 0;
  private static final int SASL = 1;

  private enum Phase {
    SASL_HEADER,
    SASL,
    AMQP_HEADER,
    AWAITS_OPEN,
    OPEN,
    /** The broker has said its last word; input is thrown away. */
    FINISHED
  }

  private final AmqpConnection connection;
  private final SaslNegotiation sasl;
  private final FrameDispatch dispatch;
  private final FrameInput input;
  private Phase phase = Phase.SASL_HEADER;
  private int preAuthBytes;
  private boolean parsing;

  Inbound(AmqpConnection connection, SaslNegotiation sasl, FrameDispatch dispatch) {
    this.connection = connection;
    this.sasl = sasl;
    this.dispatch = dispatch;
    this.input = new FrameInput(this, connection.edge.scratch);
  }

  boolean isFinished() {
    return phase == Phase.FINISHED;
  }

  /** Whether an error can be told with close: the AMQP headers have been exchanged. */
  boolean speaksAmqp() {
    return phase == Phase.AWAITS_OPEN || phase == Phase.OPEN;
  }

  boolean waitsForSasl() {
    return phase == Phase.SASL && sasl.isBusy();
  }

  void authenticated() {
    phase = Phase.AMQP_HEADER;
  }

  void opened() {
    phase = Phase.OPEN;
  }

  void finish() {
    phase = Phase.FINISHED;
    input.clear();
  }

  /** One read. */
  void accept(ByteBuf in) {
    if (phase.compareTo(Phase.AMQP_HEADER) < 0) {
      preAuthBytes += in.readableBytes();
      if (preAuthBytes > connection.limits().handshake().preAuthBytes()) {
        throw new FaultException(Fault.FLOOD);
      }
    }
    parsing = true;
    try {
      input.accept(in);
    } finally {
      parsing = false;
    }
  }

  /** Goes on with what is kept, unless that is being done already. */
  void resume() {
    if (!parsing && phase != Phase.FINISHED) {
      parsing = true;
      try {
        input.resume();
      } finally {
        parsing = false;
      }
    }
  }

  @Override
  public boolean expectsHeader() {
    return phase == Phase.SASL_HEADER || phase == Phase.AMQP_HEADER;
  }

  @Override
  public boolean ready() {
    return phase != Phase.FINISHED && !waitsForSasl();
  }

  @Override
  public int maxFrameBytes() {
    return phase == Phase.SASL ? SASL_FRAME_BYTES : connection.limits().maxFrameBytes();
  }

  @Override
  public void protocolHeader(byte[] b, int at) {
    byte[] wanted = phase == Phase.SASL_HEADER ? SASL_HEADER : AMQP_HEADER;
    connection.out.buffer().writeBytes(wanted);
    if (!Arrays.equals(b, at, at + wanted.length, wanted, 0, wanted.length)) {
      connection.finish();
    } else if (phase == Phase.SASL_HEADER) {
      phase = Phase.SASL;
      connection.saslBegins();
      sasl.offer();
    } else {
      phase = Phase.AWAITS_OPEN;
    }
  }

  @Override
  public void frame(int type, int channel, byte[] b, int from, int to) {
    if (type != (phase == Phase.SASL ? SASL : AMQP)) {
      throw new FaultException(Fault.FRAME_TYPE);
    }
    switch (phase) {
      case SASL -> sasl.frame(connection.edge.codec.decode(b, from, to));
      case OPEN -> {
        // An empty frame is a sign of life and nothing else.
        if (from < to) {
          dispatch.frame(channel, b, from, to);
        }
      }
      default -> first(channel, b, from, to);
    }
  }

  private void first(int channel, byte[] b, int from, int to) {
    if (from == to || !(connection.edge.codec.decode(b, from, to) instanceof Open open)) {
      throw new FaultException(Fault.NOT_NOW);
    }
    if (channel != 0) {
      throw new FaultException(Fault.OPEN_CHANNEL);
    }
    connection.opened(open);
  }
}
