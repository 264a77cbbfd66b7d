package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeAdmin;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OpenedSource;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control nodes, {@code $management} (AMQP Management 1.0, working draft), {@code $cbs} and
 * {@code $identity}: take requests, and send the replies to the requester's link from the same node
 * or to the node that the request names as reply-to. Stands in front of the owner's inbox and
 * passes on everything that is not for it; a reply that nobody can take is dropped, like any answer
 * to a caller who has gone.
 *
 * <p>Threading: {@link #submit} from event-loop threads; requests are carried out by the workers.
 */
public final class ManagementNode implements OwnerInbox {
  /** The node's address. */
  public static final String ADDRESS = "$management";

  private static final Logger LOG = LoggerFactory.getLogger(ManagementNode.class);
  private static final int MAX_REQUEST_BYTES = 64 * 1024;
  private static final NodeError NOT_IN_TRANSACTIONS =
      new NodeError(
          NodeError.Code.NOT_ALLOWED,
          "a request to a control node cannot be part of a transaction");

  private final OwnerInbox owner;
  private final NodeAdmin nodes;
  private final Map<String, ControlOperations> operations;
  private final Executor workers;
  private final Map<PublisherPort, Requester> requesters = new ConcurrentHashMap<>();
  private final Map<ConsumerPort, ReplyLink> replies = new ConcurrentHashMap<>();

  /** A link that sends requests, and the control node it sends them to. */
  private record Requester(Peer peer, String node) {}

  /** Makes one in front of {@code owner}. */
  public ManagementNode(
      OwnerInbox owner, NodeAdmin nodes, ManagementOperations operations, Executor workers) {
    this.owner = owner;
    this.nodes = nodes;
    this.operations =
        Map.of(
            ADDRESS,
            operations,
            CbsOperations.ADDRESS,
            new CbsOperations(),
            IdentityOperations.ADDRESS,
            new IdentityOperations());
    this.workers = workers;
  }

  @Override
  public void submit(String principal, List<? extends OwnerCommand> batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (isMine(batch.get(i))) {
        split(principal, batch);
        return;
      }
    }
    owner.submit(principal, batch);
  }

  private void split(String principal, List<? extends OwnerCommand> batch) {
    List<OwnerCommand> others = new ArrayList<>(batch.size());
    for (OwnerCommand command : batch) {
      if (isMine(command)) {
        handle(command);
      } else {
        others.add(command);
      }
    }
    owner.submit(principal, others);
  }

  private boolean isMine(OwnerCommand command) {
    if (command instanceof OwnerCommand.OpenPublisher open) {
      return operations.containsKey(open.target().address());
    }
    if (command instanceof OwnerCommand.OpenConsumer open) {
      return operations.containsKey(open.source().address());
    }
    if (requesters.isEmpty() && replies.isEmpty()) {
      return false;
    }
    if (command instanceof OwnerCommand.Publish publish) {
      return requesters.containsKey(publish.port());
    }
    if (command instanceof OwnerCommand.ClosePublisher close) {
      return requesters.containsKey(close.port());
    }
    ConsumerPort port = consumer(command);
    return port != null && replies.containsKey(port);
  }

  private static @Nullable ConsumerPort consumer(OwnerCommand command) {
    if (command instanceof OwnerCommand.Flow flow) {
      return flow.port();
    }
    if (command instanceof OwnerCommand.Settle settle) {
      return settle.port();
    }
    return command instanceof OwnerCommand.CloseConsumer close ? close.port() : null;
  }

  private void handle(OwnerCommand command) {
    if (command instanceof OwnerCommand.OpenPublisher open) {
      String address = open.target().address();
      requesters.put(open.port(), new Requester(open.peer(), address));
      NodeInfo node = new NodeInfo(address, NodeKind.QUEUE, MAX_REQUEST_BYTES);
      tell(open.port(), new EdgeEvent.PublisherOpened(open.port(), node));
    } else if (command instanceof OwnerCommand.Publish publish) {
      request(publish);
    } else if (command instanceof OwnerCommand.ClosePublisher close) {
      requesters.remove(close.port());
    } else if (command instanceof OwnerCommand.OpenConsumer open) {
      String address = open.source().address();
      replies.put(open.port(), new ReplyLink(open.port(), open.peer(), address, open.preSettled()));
      OpenedSource source = new OpenedSource(address, NodeKind.QUEUE, null, null, false);
      open.port().loop().deliver(List.of(new EdgeEvent.ConsumerOpened(open.port(), source)));
    } else if (command instanceof OwnerCommand.CloseConsumer close) {
      replies.remove(close.port());
    } else {
      ConsumerPort port = consumer(command);
      ReplyLink link = port == null ? null : replies.get(port);
      if (link != null) {
        link.take(command);
      }
    }
  }

  private static void tell(PublisherPort port, EdgeEvent event) {
    port.loop().deliver(List.of(event));
  }

  /** Taken is answered at once; what comes of it is in the reply. Nothing of it can be undone. */
  private void request(OwnerCommand.Publish publish) {
    Requester from = requesters.get(publish.port());
    boolean transactional = publish.transaction() != OwnerCommand.NO_TRANSACTION;
    if (publish.confirm()) {
      PublishAnswer answer =
          new PublishAnswer(publish.token(), 0, transactional ? NOT_IN_TRANSACTIONS : null);
      tell(publish.port(), new EdgeEvent.Published(publish.port(), List.of(answer)));
    }
    if (from != null && transactional) {
      owner.submit(
          List.of(
              new OwnerCommand.FailTransaction(
                  from.peer(), publish.transaction(), NOT_IN_TRANSACTIONS.description())));
    } else if (from != null) {
      workers.execute(() -> carryOut(from, publish.message()));
    }
  }

  private void carryOut(Requester from, IncomingMessage message) {
    ManagementRequest request = ManagementRequest.decode(message.body());
    if (request == null || request.replyTo() == null) {
      LOG.debug("{}: a request names no address for its reply", from.peer().principal());
      return;
    }
    ControlOperations of = Objects.requireNonNull(operations.get(from.node()));
    of.carryOut(from.peer(), request)
        .thenAccept(reply -> workers.execute(() -> send(from, request, reply)));
  }

  private void send(Requester asker, ManagementRequest request, ManagementReply reply) {
    byte[] body = reply.encode(request);
    String to = String.valueOf(request.replyTo());
    Peer peer = asker.peer();
    ReplyLink link = linkFor(asker, to);
    if (link != null) {
      link.send(body);
      return;
    }
    nodes
        .publish(peer.principal(), to, new IncomingMessage(false, (byte) 4, -1, 0, 0, body))
        .exceptionally(
            refused -> {
              LOG.debug("{}: the reply to {} was refused", peer.principal(), to, refused);
              return new NodeAdmin.Published(0, false);
            });
  }

  /** The connection's link with this target address; the only one it has, if there is but one. */
  private @Nullable ReplyLink linkFor(Requester asker, String to) {
    ReplyLink only = null;
    int count = 0;
    for (ReplyLink link : replies.values()) {
      if (link.belongsTo(asker.peer(), asker.node())) {
        if (to.equals(link.address())) {
          return link;
        }
        only = link;
        count++;
      }
    }
    boolean fits = only != null && (to.equals(asker.node()) || only.address().isEmpty());
    return count == 1 && fits ? only : null;
  }
}
