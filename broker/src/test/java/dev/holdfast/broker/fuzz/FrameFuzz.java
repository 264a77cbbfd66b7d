package dev.holdfast.broker.fuzz;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.Disposition;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameGuard;
import dev.holdfast.broker.amqp.codec.FrameInput;
import dev.holdfast.broker.amqp.codec.Transfer;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes after the open: cut into frames, each decoded as the connection would. Whatever comes, the
 * worst is a fault of the peer, and where the reads end makes no difference.
 */
public final class FrameFuzz {
  private static final int MAX_FRAME = 4_096;
  private static final FrameInput.Scratch SCRATCH = new FrameInput.Scratch();
  private static final ColdCodec CODEC = new ColdCodec();
  private static final FrameGuard GUARD = new FrameGuard();
  private static final Transfer TRANSFER = new Transfer(GUARD);
  private static final Flow FLOW = new Flow(GUARD);
  private static final Disposition DISPOSITION = new Disposition(GUARD);

  private FrameFuzz() {}

  /**
   * One input.
   *
   * @param input the first byte says where the first read ends, the rest is what was read
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int split = 1 + Math.min(input.length - 1, input[0] & 0xFF);
    List<String> whole = read(input, input.length);
    List<String> parts = read(input, split);
    if (!whole.equals(parts)) {
      throw new AssertionError("in one read " + whole + ", in two " + parts);
    }
  }

  private static List<String> read(byte[] input, int split) {
    List<String> seen = new ArrayList<>();
    FrameInput reader = new FrameInput(new Frames(seen), SCRATCH);
    try {
      reader.accept(Unpooled.wrappedBuffer(input, 1, split - 1));
      reader.accept(Unpooled.wrappedBuffer(input, split, input.length - split));
    } catch (FaultException fault) {
      seen.add(fault.fault().name());
    }
    return seen;
  }

  private record Frames(List<String> seen) implements FrameInput.Sink {
    @Override
    public void protocolHeader(byte[] b, int at) {
      throw new AssertionError("no header is expected");
    }

    @Override
    public boolean expectsHeader() {
      return false;
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public int maxFrameBytes() {
      return MAX_FRAME;
    }

    @Override
    public void frame(int type, int channel, byte[] b, int from, int to) {
      if (from == to) {
        seen.add("empty");
        return;
      }
      int code = ColdCodec.performative(b, from, to);
      switch (code) {
        case 0x13 -> FLOW.read(b, from, to);
        case 0x14 -> TRANSFER.read(b, from, to);
        case 0x15 -> disposition(b, from, to);
        default -> check(CODEC.decode(b, from, to) != null);
      }
      seen.add(channel + ":" + code);
    }

    private static void disposition(byte[] b, int from, int to) {
      DISPOSITION.read(b, from, to);
      if (DISPOSITION.state != Disposition.State.NONE) {
        check(DISPOSITION.stateFrom >= from && DISPOSITION.stateTo <= to);
        CODEC.decode(b, DISPOSITION.stateFrom, DISPOSITION.stateTo);
      }
    }

    private static void check(boolean holds) {
      if (!holds) {
        throw new AssertionError(Fault.MALFORMED);
      }
    }
  }
}
