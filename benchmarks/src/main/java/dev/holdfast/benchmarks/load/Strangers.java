package dev.holdfast.benchmarks.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Connections that never say who they are, to run beside a load that is measured: by turns they say
 * nothing, rubbish, a protocol header and nothing more, or a byte now and then. Whenever the broker
 * closes one, the next one comes.
 */
@Command(
    name = "strangers",
    mixinStandardHelpOptions = true,
    description = "Keeps a broker busy with connections that never log in; prints one JSON object.")
public final class Strangers implements Callable<Integer> {
  private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
  private static final int GARBAGE_BYTES = 4096;
  private static final int KINDS = 4;
  private static final int GARBAGE = 1;
  private static final int HEADER = 2;
  private static final long ROUND_MILLIS = 20;
  private static final int ROUNDS_PER_BYTE = 25;

  @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default ${DEFAULT-VALUE}.")
  private String host = "";

  @Option(names = "--port", defaultValue = "5672", description = "Default ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--at-once",
      defaultValue = "400",
      description = "Connections at one time; ${DEFAULT-VALUE}.")
  private int atOnce;

  @Option(
      names = "--per-second",
      defaultValue = "1000",
      description = "New ones in a second at most; ${DEFAULT-VALUE}.")
  private int perSecond;

  @Option(names = "--seconds", defaultValue = "10", description = "How long; ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--total",
      defaultValue = "10000",
      description = "No more than so many in all; ${DEFAULT-VALUE}.")
  private int total;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final byte[] garbage = new byte[GARBAGE_BYTES];
  private final ByteBuffer input = ByteBuffer.allocate(GARBAGE_BYTES);
  private int round;
  private int opened;
  private int failed;
  private int shownOut;
  private long longestNanos;

  private Strangers() {}

  /** One of them. */
  private record Stranger(int kind, long sinceNanos) {}

  /** Runs for the time that was asked for. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Strangers()).execute(arguments));
  }

  /** The same in this process. */
  static int execute(PrintWriter out, String... arguments) {
    return new CommandLine(new Strangers()).setOut(out).execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    new Random(7).nextBytes(garbage);
    long began = System.nanoTime();
    long end = began + TimeUnit.SECONDS.toNanos(seconds);
    try (Selector selector = Selector.open()) {
      Endpoint endpoint = new Endpoint(null, host, port, null, null);
      while (System.nanoTime() < end && (opened < total || !selector.keys().isEmpty())) {
        long due = perSecond * (System.nanoTime() - began) / TimeUnit.SECONDS.toNanos(1);
        while (selector.keys().size() < atOnce && opened + failed < Math.min(total, due)) {
          open(endpoint, selector);
        }
        selector.select(ROUND_MILLIS);
        read(selector);
        trickle(selector);
      }
      int left = selector.keys().size();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      print(left);
    }
    return 0;
  }

  private void open(Endpoint endpoint, Selector selector) throws IOException {
    try {
      SocketChannel channel = endpoint.connect();
      channel.configureBlocking(false);
      int kind = opened++ % KINDS;
      if (kind == GARBAGE) {
        channel.write(ByteBuffer.wrap(garbage));
      } else if (kind == HEADER) {
        channel.write(ByteBuffer.wrap(SASL_HEADER));
      }
      channel.register(selector, SelectionKey.OP_READ, new Stranger(kind, System.nanoTime()));
    } catch (IOException refused) {
      failed++;
    }
  }

  private void read(Selector selector) throws IOException {
    for (SelectionKey key : selector.selectedKeys()) {
      if (ended((SocketChannel) key.channel())) {
        Stranger gone = (Stranger) key.attachment();
        longestNanos = Math.max(longestNanos, System.nanoTime() - gone.sinceNanos());
        shownOut++;
        key.channel().close();
      }
    }
    selector.selectedKeys().clear();
    selector.selectNow();
  }

  private boolean ended(SocketChannel channel) {
    try {
      return channel.read(input.clear()) < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  /** The slow ones say one byte more, now and then. */
  private void trickle(Selector selector) {
    if (++round % ROUNDS_PER_BYTE != 0) {
      return;
    }
    for (SelectionKey key : selector.keys()) {
      if (key.isValid() && ((Stranger) key.attachment()).kind() > HEADER) {
        try {
          ((SocketChannel) key.channel()).write(ByteBuffer.wrap(SASL_HEADER, 0, 1));
        } catch (IOException gone) {
          // The next round reads that.
        }
      }
    }
  }

  private void print(int left) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode node = mapper.createObjectNode();
    node.put("opened", opened);
    node.put("refused", failed);
    node.put("shownOut", shownOut);
    node.put("leftAtTheEnd", left);
    node.put("longestMillis", TimeUnit.NANOSECONDS.toMillis(longestNanos));
    spec.commandLine().getOut().println(mapper.writeValueAsString(node));
  }
}
