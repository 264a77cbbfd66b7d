package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeError.Code;
import dev.holdfast.storage.FaultyMessageStore;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A connection with a coordinator and an anonymous sender, and two queues. */
final class TransactionFixture {
  final Rig rig;

  /** What nobody may do any more. */
  final Set<Permission> withdrawn = EnumSet.noneOf(Permission.class);

  final TestCoordinator coordinator;
  final TestPublisher publisher;

  TransactionFixture(TransactionLimits limits) {
    rig = new Rig(FaultyMessageStore.create(), Rig.tiny().withTransactions(limits));
    AccessPolicy all = AccessPolicy.adminOnly();
    rig.policy =
        (principal, permission, resource) ->
            withdrawn.contains(permission)
                ? new Decision(false, "withdrawn")
                : all.decide(principal, permission, resource);
    rig.boot(rig.store);
    rig.create("in");
    rig.create("out");
    coordinator = new TestCoordinator(rig);
    publisher = new TestPublisher(rig);
    publisher.peer = coordinator.peer;
    publisher.open("");
    rig.settle();
  }

  /** One of the same connection, with what it was handed. */
  TestConsumer consumer(int credit) {
    TestConsumer consumer = new TestConsumer(rig);
    consumer.peer = coordinator.peer;
    consumer.open("in").flow(credit);
    rig.settle();
    return consumer;
  }

  static @Nullable Code code(@Nullable NodeError error) {
    return error == null ? null : error.code();
  }
}
