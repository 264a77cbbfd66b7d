package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.CoordinatorPort;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.Outcome;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * The transactions of the simulation, all of one connection: declared, filled, committed, rolled
 * back, left alone and lost. Each is done as a whole or not at all.
 */
final class SimTransactions {
  /** How long a transaction may be left alone. */
  static final long IDLE_MS = 700;

  private final Rig rig;
  private final SimModel model;
  private final Random random;
  private final Map<Long, Transaction> open = new LinkedHashMap<>();
  private final Set<Transaction> asked = new HashSet<>();
  private Peer peer = Rig.peer();
  private Coordinator coordinator;
  private Sender sender;

  /** Grows whenever something happens that a commit may fail for. */
  private int mishaps;

  private int lines;

  SimTransactions(Rig rig, SimModel model, Random random) {
    this.rig = rig;
    this.model = model;
    this.random = random;
  }

  /** What one transaction does, as its client knows it. */
  final class Transaction {
    final long id;
    final int line = --lines;
    final List<SimModel.Sent> posts = new ArrayList<>();
    final List<SimRetirement> retired = new ArrayList<>();
    final long mishapsBefore = mishaps();
    long busyMs = Long.MAX_VALUE;
    boolean commit;

    /** It is known to have been rolled back by the broker. */
    boolean failed;

    Transaction(long id) {
      this.id = id;
    }

    private void worked() {
      busyMs = rig.clock.millis();
    }

    void post(int messageId, String queue, byte[] body) {
      worked();
      model.send(messageId, queue, line, random.nextInt(10) != 0, "");
      SimModel.Sent sent = model.find(queue, messageId);
      sent.held = true;
      posts.add(sent);
      IncomingMessage message = new IncomingMessage(sent.publish.durable, (byte) 4, -1, 0, 0, body);
      List<OwnerCommand> batch = new ArrayList<>();
      message = SimUploads.perhaps(message, messageId, sender(), random, batch);
      batch.add(new OwnerCommand.Publish(sender(), queue, message, sent, true, id));
      rig.inbox.put("user:" + line, batch);
    }

    void retire(SimConsumer consumer, Delivery delivery, Outcome outcome) {
      worked();
      boolean settled = random.nextInt(3) != 0;
      SimRetirement one = new SimRetirement(consumer, delivery, outcome, settled);
      if (!settled) {
        consumer.waits(delivery, outcome);
      }
      if (failed) {
        one.undone();
      } else {
        retired.add(one);
      }
      rig.submit(new OwnerCommand.Settle(consumer, delivery, outcome, !settled, id));
    }

    /** Asks for the end. */
    void end(boolean withCommit) {
      commit = withCommit;
      open.remove(id);
      asked.add(this);
      for (SimModel.Sent post : posts) {
        post.held &= !commit || failed;
      }
      for (SimRetirement one : retired) {
        one.asked(commit && !failed);
      }
      rig.submit(new OwnerCommand.Discharge(coordinator(), id, !commit, this));
    }

    private void committed() {
      for (SimModel.Sent post : posts) {
        model.told(post.publish.id, true);
        post.storedForSure = true;
      }
      for (SimRetirement one : retired) {
        one.committed();
      }
    }

    /** Nothing of it has happened, whoever wanted it so. */
    void undone() {
      if (failed) {
        return;
      }
      failed = true;
      for (SimModel.Sent post : posts) {
        if (post.publish.told == SimModel.Told.NOTHING) {
          model.told(post.publish.id, false);
        }
      }
      retired.forEach(SimRetirement::undone);
    }

    /** Nobody has heard how it ended: what lies in the logs must agree. */
    private void lookUp(Map<String, Set<Integer>> stored) {
      Set<Boolean> seen = new HashSet<>();
      for (SimModel.Sent post : posts) {
        if (!post.mayBeGone) {
          seen.add(isStored(post, stored));
        }
      }
      for (SimRetirement one : retired) {
        if (one.message().inDoubt && !one.message().mayBeGone) {
          seen.add(!isStored(one.message(), stored));
        }
      }
      check(seen.size() <= 1, "half of a transaction has happened: " + posts + retired);
      if (seen.contains(true)) {
        committed();
      } else if (seen.contains(false)) {
        undone();
      }
    }
  }

  private static boolean isStored(SimModel.Sent message, Map<String, Set<Integer>> stored) {
    return stored.getOrDefault(message.home, Set.of()).contains(message.publish.id);
  }

  private final class Coordinator implements CoordinatorPort {
    int declaring;

    Coordinator() {
      rig.submit(new OwnerCommand.OpenCoordinator(this, peer));
    }

    void declare() {
      declaring++;
      rig.submit(new OwnerCommand.Declare(this, "declare"));
    }

    @Override
    public EdgeLoop loop() {
      return rig.edge;
    }

    @Override
    public void opened() {}

    @Override
    public void declared(Object token, long transaction) {
      declaring--;
      if (this == coordinator) {
        open.put(transaction, new Transaction(transaction));
      }
    }

    @Override
    public void refused(Object token, NodeError error) {
      throw new AssertionError("a declaration is refused: " + error);
    }

    @Override
    public void discharged(Object token, NodeError error) {
      Transaction transaction = (Transaction) token;
      check(asked.remove(transaction), "a transaction ends twice");
      if (transaction.commit && error == null) {
        check(!transaction.failed, "what has failed is committed");
        transaction.committed();
      } else {
        boolean excused = transaction.failed || mishaps() != transaction.mishapsBefore;
        check(!transaction.commit || excused, "a commit fails for no reason: " + error);
        check(transaction.commit || error == null, "a rollback fails: " + error);
        transaction.undone();
      }
    }

    @Override
    public void closed(NodeError error) {
      throw new AssertionError("the coordinator is closed: " + error);
    }
  }

  private final class Sender implements PublisherPort {
    Sender() {
      rig.submit(new OwnerCommand.OpenPublisher(this, peer, TargetRequest.of("")));
    }

    @Override
    public EdgeLoop loop() {
      return rig.edge;
    }

    @Override
    public void opened(NodeInfo node) {}

    @Override
    public void answered(List<PublishAnswer> answers) {
      for (PublishAnswer answer : answers) {
        if (answer.error() != null) {
          refused((SimModel.Sent) answer.token());
        }
      }
    }

    /** A message that is refused takes its transaction with it. */
    private void refused(SimModel.Sent sent) {
      for (Transaction transaction : all()) {
        if (transaction.line == sent.publish.producer) {
          transaction.undone();
        }
      }
    }

    @Override
    public void closed(NodeError error) {
      throw new AssertionError("the anonymous sender is closed: " + error);
    }
  }

  private List<Transaction> all() {
    List<Transaction> all = new ArrayList<>(open.values());
    all.addAll(asked);
    return all;
  }

  private Coordinator coordinator() {
    if (coordinator == null) {
      coordinator = new Coordinator();
    }
    return coordinator;
  }

  private Sender sender() {
    if (sender == null) {
      sender = new Sender();
    }
    return sender;
  }

  /** The connection. */
  Peer peer() {
    return peer;
  }

  /** One that takes work; null: there is none. */
  Transaction any() {
    List<Transaction> fit = new ArrayList<>(open.values());
    return fit.isEmpty() ? null : fit.get(random.nextInt(fit.size()));
  }

  /** Does something; {@code id} is for a message. */
  void step(int id, String queue) {
    Transaction transaction = any();
    int dice = random.nextInt(100);
    if (transaction == null || dice < 15) {
      if (open.size() + coordinator().declaring < 4) {
        coordinator().declare();
      }
    } else if (dice < 70) {
      transaction.post(id, queue, SimModel.body(id, random.nextInt(220)));
    } else if (dice < 97) {
      transaction.end(random.nextInt(4) != 0);
    } else {
      rig.submit(new OwnerCommand.CloseCoordinator(coordinator));
      coordinator = null;
      open.values().forEach(Transaction::undone);
      open.clear();
    }
  }

  private long mishaps() {
    return mishaps + rig.store.failures();
  }

  /** Something happens that a commit may fail for. */
  void mishap() {
    mishaps++;
  }

  /** The clock has moved while nothing was under way. */
  void timePassed() {
    for (Transaction transaction : open.values()) {
      if (transaction.busyMs != Long.MAX_VALUE
          && rig.clock.millis() - transaction.busyMs >= IDLE_MS) {
        transaction.undone();
      }
    }
  }

  /** A consumer's queue is gone. */
  void gone(SimConsumer consumer) {
    for (Transaction transaction : all()) {
      for (SimRetirement one : transaction.retired) {
        one.consumerGone(consumer);
      }
    }
  }

  /**
   * The process ended and is back.
   *
   * @param stored ids of unacknowledged messages, by home
   */
  void crashed(Map<String, Set<Integer>> stored) {
    for (Transaction transaction : asked) {
      if (transaction.commit && !transaction.failed) {
        transaction.lookUp(stored);
      } else {
        transaction.undone();
      }
    }
    open.values().forEach(Transaction::undone);
    open.clear();
    asked.clear();
    coordinator = null;
    sender = null;
    peer = Rig.peer();
  }

  /** Ends what is open. */
  void finish() {
    for (Transaction transaction : List.copyOf(open.values())) {
      transaction.end(random.nextBoolean());
    }
  }

  void quiet() {
    check(asked.isEmpty(), "a discharge was never answered");
  }
}
