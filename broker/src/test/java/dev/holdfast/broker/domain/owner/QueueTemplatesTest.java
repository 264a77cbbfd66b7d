package dev.holdfast.broker.domain.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.acl.AccessPolicy;
import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeKind;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.broker.domain.QueueDefinition;
import dev.holdfast.broker.domain.QueueDefinition.Limits;
import dev.holdfast.broker.domain.QueueDefinition.Overflow;
import dev.holdfast.broker.domain.QueueTemplate;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.broker.domain.TemplateAdmin;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Queues by the beginning of their names. */
class QueueTemplatesTest {
  private final Rig rig = new Rig();

  private TemplateAdmin templates() {
    return new OwnerTemplateAdmin(rig.inbox::put, rig.body.admin());
  }

  private void put(String prefix, boolean createOnAttach, int maxMessages) {
    rig.get(
        templates()
            .putTemplate(Rig.ADMIN, prefix, createOnAttach, usual -> limited(usual, maxMessages)));
  }

  private static QueueDefinition limited(QueueDefinition usual, int maxMessages) {
    return new QueueDefinition(
        usual.name(),
        usual.maxMessageBytes(),
        usual.handling(),
        usual.lifetime(),
        new Limits(maxMessages, 0, Overflow.REJECT),
        usual.idempotency(),
        usual.serving());
  }

  private long limitOf(String queue) {
    return rig.info(queue).definition().limits().maxMessages();
  }

  private void create(String name) {
    rig.get(rig.admin.createQueue(Rig.ADMIN, name, UnaryOperator.identity()));
  }

  private TestPublisher send(Principal principal, TargetRequest target) {
    TestPublisher publisher = new TestPublisher(rig);
    rig.submit(new OwnerCommand.OpenPublisher(publisher, new Peer(principal, "test"), target));
    publisher.send("", Rig.message("m"), "m");
    rig.settle();
    return publisher;
  }

  @Test
  void theLongestPrefixCounts() {
    put("jobs.", false, 10);
    put("jobs.slow.", false, 20);
    put("jobs.slower", false, 30);
    for (int round = 0; round < 2; round++) {
      create("jobs.a" + round);
      create("jobs.slow.a" + round);
      create("other" + round);
      assertThat(limitOf("jobs.a" + round)).isEqualTo(10);
      assertThat(limitOf("jobs.slow.a" + round)).isEqualTo(20);
      assertThat(limitOf("other" + round)).isZero();
      rig.store.killAndReopen();
      rig.boot(rig.store);
    }
    assertThat(rig.get(templates().templates(Rig.ADMIN)).stream().map(QueueTemplate::prefix))
        .containsExactly("jobs.", "jobs.slow.", "jobs.slower");
  }

  @Test
  void changingOneChangesNoQueue() {
    put("jobs.", false, 10);
    create("jobs.a");
    put("jobs.", false, 20);
    create("jobs.b");
    assertThat(limitOf("jobs.a")).isEqualTo(10);
    assertThat(limitOf("jobs.b")).isEqualTo(20);
    rig.get(templates().deleteTemplate(Rig.ADMIN, "jobs."));
    create("jobs.c");
    assertThat(limitOf("jobs.c")).isZero();
    CompletionStage<Void> again = templates().deleteTemplate(Rig.ADMIN, "jobs.");
    rig.settle();
    assertThat(again).isCompletedExceptionally();
  }

  @Test
  void whatIsSaidAtTheMakingCountsMore() {
    put("jobs.", false, 10);
    rig.get(rig.admin.createQueue(Rig.ADMIN, "jobs.a", usual -> limited(usual, 5)));
    assertThat(limitOf("jobs.a")).isEqualTo(5);
  }

  @Test
  void attachingMakesAMissingQueueOnlyWhereATemplateSaysSo() {
    put("jobs.", true, 10);
    put("jobs.not.", false, 10);
    TestPublisher made = send(Rig.ADMIN, TargetRequest.of("jobs.a"));
    assertThat(made.answers).singleElement().matches(answer -> answer.error() == null);
    assertThat(limitOf("jobs.a")).isEqualTo(10);
    assertThat(rig.info("jobs.a").messages()).isEqualTo(1);
    for (String missing : new String[] {"jobs.not.a", "other", "jobs.a/$dead-letter/$x"}) {
      assertThat(send(Rig.ADMIN, TargetRequest.of(missing)).closed.code())
          .as(missing)
          .isEqualTo(NodeError.Code.NOT_FOUND);
    }
    assertThat(
            send(Rig.ADMIN, new TargetRequest("jobs.t", NodeKind.TOPIC, null, false)).closed.code())
        .isEqualTo(NodeError.Code.NOT_FOUND);
  }

  @Test
  void aConsumerHasItsQueueMadeToo() {
    put("jobs.", true, 10);
    TestConsumer consumer = new TestConsumer(rig).open("jobs.a");
    rig.settle();
    send(Rig.ADMIN, TargetRequest.of("jobs.a"));
    assertThat(consumer.closed).isNull();
    assertThat(rig.info("jobs.a").consumers()).isEqualTo(1);
  }

  @Test
  void whoMayNotCreateIsToldThatThereIsNone() {
    put("jobs.", true, 10);
    Principal sender = new Principal("user:sender", Set.of());
    AccessPolicy admin = AccessPolicy.adminOnly();
    rig.policy =
        (who, what, where) ->
            what == Permission.SEND
                ? new Decision(true, "everybody")
                : admin.decide(who, what, where);
    rig.boot(rig.store);
    assertThat(send(sender, TargetRequest.of("jobs.a")).closed.code())
        .isEqualTo(NodeError.Code.NOT_FOUND);
    CompletionStage<QueueTemplate> put =
        templates().putTemplate(sender, "x", true, UnaryOperator.identity());
    rig.settle();
    assertThat(put).isCompletedExceptionally();
  }
}
